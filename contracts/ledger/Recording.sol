// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICourt} from "../interfaces/ICourt.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {RecordingTerms} from "../interfaces/IModels.sol";
import {BookSlot, BookSlots} from "../libraries/BookSlot.sol";
import {OrderedTree} from "../libraries/OrderedTree.sol";
import {RecordReader} from "../libraries/RecordReader.sol";
import {Records} from "../libraries/Records.sol";
import {AccountId, BatchId, BookId, ChannelId, ModelId} from "../types/Ids.sol";
import {BatchHeader, PROMISE_SECONDS} from "../types/Records.sol";
import {Books} from "./Books.sol";

/// @title Recording
/// @notice Records batches and charges their channels.
/// @dev A record's calldata costs what it costs, so what matters here is everything else: no account is touched, a batch is one new slot, and the
/// records are copied to memory once, and read, hashed and emitted from there.
abstract contract Recording is Books {
    using BookSlots for BookSlot;

    /// @dev A batch while it is recorded.
    /// @param table For each channel its id and what it owes, two words each: `RecordReader` adds to it, `Channels` charges it.
    /// @param words The words of `BatchRecorded`.
    /// @param channels Memory address of the channels' bytes within them.
    /// @param records Memory address of the records within them.
    struct Batch {
        ModelId model;
        AccountId operator;
        RecordingTerms terms;
        uint256[] table;
        bytes words;
        uint256 channels;
        uint256 records;
        uint256 recordBytes;
        uint256 count;
    }

    uint256 public constant MAX_RECORDS = 1_024;
    uint256 public constant MAX_CHANNELS = 255;
    uint256 private constant CHANNEL_BYTES = 8;

    mapping(BatchId batch => bytes32 commitment) internal _batches;

    /// @inheritdoc ILedger
    function recordBatch(
        ModelId model,
        bytes calldata channels_,
        bytes calldata vouchers,
        bytes calldata records
    ) external returns (BatchId id) {
        Batch memory batch;
        batch.model = model;
        batch.operator = accounts.requireAccountOf(msg.sender);
        batch.terms = models.recordingTerms(model, batch.operator);
        RecordReader.reserve();
        _measure(batch, records.length);
        _nameChannels(batch, channels_);
        _layOut(batch, channels_.length / CHANNEL_BYTES, records);

        BatchHeader memory header;
        bytes32[] memory leaves = new bytes32[](batch.count);
        header.units = _read(batch, leaves, records);
        header.root = OrderedTree.consume(leaves);
        if (batch.terms.sketchBytes != 0) {
            uint256 end = batch.records + records.length;
            header.sumHash = keccak256(RecordReader.sumSketches(batch.records, end, batch.recordBytes));
        }
        _charge(batch, channels_, vouchers);
        header.count = uint32(batch.count);
        header.recordedIn = uint40(block.number);
        _enter(batch, header);

        id = BatchId.wrap(++batchCount);
        _batches[id] = Records.commitmentOf(header);
        _tell(batch.words, id, header);
    }

    /// @inheritdoc ILedger
    function batchCommitmentOf(BatchId batch) external view returns (bytes32) {
        return _batches[batch];
    }

    /// @dev Puts a batch into its book, and lets the operator's bond answer for it.
    function _enter(Batch memory batch, BatchHeader memory header) private {
        uint40 now_ = batch.terms.time;
        BookId book = _openBook(batch.model, batch.operator, now_, now_);
        BookSlot slot = _books[book];
        if (slot.batches() == 0) {
            slot = _coverBook(book, slot, batch.model, now_);
            require(ICourt(court).hasReceiptKey(batch.operator), Ledger_NoReceiptKey(batch.operator));
        }
        uint256 feeUnit = batch.terms.feeUnitGwei;
        uint64 feesGwei = uint64(header.units * feeUnit);
        uint64 coverGwei = bonds.expose(batch.operator, feesGwei, header.count);

        (header.book, header.number) = (book, slot.batches());
        slot = slot.taking(header.units, coverGwei);
        if (!slot.isClosing()) slot = _closeWithEpoch(book, slot, feeUnit, now_);
        _books[book] = slot;
        _unsettledUnits[batch.model] += header.units;
    }

    /// @dev Requires the model's bond to cover a book, unless it covered the one before, in which the operator may have promised what it records
    /// now: other operators may have used up the bond meanwhile. Once, lest books follow each other uncovered.
    function _coverBook(BookId book, BookSlot slot, ModelId model, uint40 now_) private view returns (BookSlot) {
        try bonds.requireModelCover(model) {
            return slot.covered();
        } catch (bytes memory refusal) {
            BookSlot before = _books[BookId.wrap(BookId.unwrap(book) - 1)];
            if (before.isCovered() && now_ < before.closesAt() + PROMISE_SECONDS) return slot;
            assembly ("memory-safe") {
                revert(add(refusal, 0x20), mload(refusal))
            }
        }
    }

    /// @dev Lets a book close with the epoch in which its fees are enough.
    function _closeWithEpoch(
        BookId book,
        BookSlot slot,
        uint256 feeUnit,
        uint40 now_
    ) private returns (BookSlot closing) {
        Opening memory opening = _openings[book];
        if (slot.units() * feeUnit < opening.minBookGwei) return slot;
        closing = slot.closing((now_ / opening.epochSeconds + 1) * opening.epochSeconds);
        if (closing.closesAt() != slot.closesAt()) _emit(2, abi.encode(BookClosing.selector, book, closing.closesAt()));
    }

    /// @dev Charges every channel what its records cost, and tells how it then stands.
    function _charge(Batch memory batch, bytes calldata channels_, bytes calldata vouchers) private {
        uint64[] memory charged = channels.charge(batch.table, batch.terms.feeUnitGwei, vouchers);
        uint256 place = batch.channels;
        for (uint256 i = 0; i < charged.length; ++i) {
            uint256 told = (uint256(_nameAt(channels_, i)) << 64) | charged[i];
            assembly ("memory-safe") {
                // What follows the last channel is kept.
                mstore(place, or(shl(128, told), shr(128, shl(128, mload(place)))))
                place := add(place, 0x10)
            }
        }
    }

    function _measure(Batch memory batch, uint256 length) private pure {
        require(length != 0, Ledger_EmptyBatch());
        batch.recordBytes = RecordReader.HEAD_BYTES + batch.terms.sketchBytes;
        batch.count = length / batch.recordBytes;
        require(batch.count * batch.recordBytes == length, Ledger_LengthUneven(length, batch.recordBytes));
        require(batch.count <= MAX_RECORDS, Ledger_TooManyRecords(batch.count, MAX_RECORDS));
    }

    function _nameChannels(Batch memory batch, bytes calldata channels_) private pure {
        uint256 count = channels_.length / CHANNEL_BYTES;
        require(count * CHANNEL_BYTES == channels_.length, Ledger_LengthUneven(channels_.length, CHANNEL_BYTES));
        require(count <= MAX_CHANNELS, Ledger_TooManyChannels(count, MAX_CHANNELS));
        batch.table = new uint256[](2 * count);
        for (uint256 i = 0; i < count; ++i) {
            uint64 named = _nameAt(channels_, i);
            batch.table[2 * i] = uint256(
                ChannelId.unwrap(
                    Records.channelOf(AccountId.wrap(uint32(named >> 32)), batch.operator, batch.model, uint32(named))
                )
            );
        }
    }

    /// @dev payer (32 bits) | salt (32) of a channel.
    function _nameAt(bytes calldata channels_, uint256 i) private pure returns (uint64 named) {
        assembly ("memory-safe") {
            named := shr(192, calldataload(add(channels_.offset, shl(3, i))))
        }
    }

    /// @return units The sum of all fees.
    function _read(Batch memory batch, bytes32[] memory leaves, bytes calldata records) private pure returns (uint64) {
        uint256 table;
        uint256[] memory entries = batch.table;
        assembly ("memory-safe") {
            table := add(entries, 0x20)
        }
        (uint256 units, bool isWell) = RecordReader.read(
            batch.records,
            batch.records + records.length,
            batch.recordBytes,
            table,
            batch.table.length / 2,
            leaves
        );
        if (!isWell) _explain(records, batch.recordBytes, entries.length / 2);
        return uint64(units);
    }

    /// @dev Says which record is wrong, and how.
    function _explain(bytes calldata records, uint256 recordBytes, uint256 channels) private pure {
        for (uint256 i = 0; ; ++i) {
            uint256 offset = i * recordBytes;
            uint256 channel = uint8(records[offset]);
            require(channel < channels, Ledger_ChannelOutOfRange(i, channel, channels));
            require(uint16(bytes2(records[offset + 1:offset + 3])) != 0, Ledger_FeeZero(i));
        }
    }

    /// @dev Lays out the words of `BatchRecorded`, three topics and then the data, around the one copy of the records:
    ///
    ///     selector | batch | book | number | units | root | 0xa0 | where records begin | 16 · channels | … | length | records
    function _layOut(Batch memory batch, uint256 channels, bytes calldata records) private pure {
        bytes memory words;
        uint256 told;
        uint256 start;
        assembly ("memory-safe") {
            words := mload(0x40)
            told := add(words, 0x140)
            let toldBytes := shl(4, channels)
            let toldWords := and(add(toldBytes, 0x1f), not(0x1f))
            start := add(add(told, toldWords), 0x20)
            let recordWords := and(add(records.length, 0x1f), not(0x1f))
            // A word more, which is read behind the last record.
            mstore(0x40, add(add(start, recordWords), 0x20))

            mstore(words, sub(add(start, recordWords), add(words, 0x20)))
            mstore(add(words, 0xe0), 0xa0)
            mstore(add(words, 0x100), add(0xc0, toldWords))
            mstore(add(words, 0x120), toldBytes)
            // The last words first, so that what pads is zero.
            mstore(sub(start, 0x40), 0)
            mstore(add(start, recordWords), 0)
            mstore(sub(add(start, recordWords), 0x20), 0)
            mstore(sub(start, 0x20), records.length)
            calldatacopy(start, records.offset, records.length)
        }
        (batch.words, batch.channels, batch.records) = (words, told, start);
    }

    function _tell(bytes memory words, BatchId id, BatchHeader memory header) private {
        bytes32 selector = BatchRecorded.selector;
        BookId book = header.book;
        uint256 place = header.number;
        uint256 units = header.units;
        bytes32 root = header.root;
        assembly ("memory-safe") {
            mstore(add(words, 0x20), selector)
            mstore(add(words, 0x40), id)
            mstore(add(words, 0x60), book)
            mstore(add(words, 0x80), place)
            mstore(add(words, 0xa0), units)
            mstore(add(words, 0xc0), root)
        }
        _emit(3, words);
    }
}
