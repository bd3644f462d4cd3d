// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BatchShown, BookPage, Progress, Stage} from "../../../contracts/interfaces/ISettlement.sol";
import {AccountId, BatchId, BookId, bookOf, ModelId} from "../../../contracts/types/Ids.sol";
import {BatchHeader, Record, RecordProof} from "../../../contracts/types/Records.sol";
import {PlainBatch, PlainRecord} from "./PlainBatch.sol";
import {PlainBook, PlainBooks, PlainModel, PlainPay} from "./PlainBooks.sol";
import {PlainTrees} from "./PlainTrees.sol";
import {World} from "./World.sol";

/// @notice A batch as anyone who follows the log knows it.
/// @param header As it stands.
/// @param channels payer uint32 ‖ salt uint32 of each.
/// @param records As they were recorded.
/// @param gone Which of them were voided or set aside.
/// @param dims Dimensions of their query sketches.
struct Recorded {
    BatchHeader header;
    bytes channels;
    bytes records;
    bool[] gone;
    uint256 dims;
}

/// @notice A world that keeps what was recorded, and shows it to be so.
abstract contract Recordings is World {
    Recorded[] internal recorded;

    /// @dev Records a batch, whose commitment must be the plain twin's.
    /// @return place Where it is in `recorded`.
    function recordAs(
        AccountId operator,
        ModelId model,
        bytes memory channels_,
        bytes memory vouchers,
        bytes memory records
    ) internal returns (uint256 place) {
        uint256 dims = models.recordingTerms(model, operator).sketchBytes * uint256(8);
        vm.prank(accounts.payoutOf(operator));
        BatchId batch = ledger.recordBatch(model, channels_, vouchers, records);

        BookId book = bookOf(model, operator, ledger.bookCountOf(model, operator));
        place = recorded.length;
        Recorded storage kept = recorded.push();
        (kept.channels, kept.records, kept.dims) = (channels_, records, dims);
        kept.gone = new bool[](records.length / (35 + dims / 8));
        kept.header.batch = batch;
        kept.header.book = book;
        kept.header.number = ledger.bookStateOf(book).batches - 1;
        kept.header.recordedIn = uint40(block.number);
        refill(place);
    }

    /// @dev Works the header out again from the records, and holds the Ledger to it.
    function refill(uint256 place) private {
        Recorded memory kept = recorded[place];
        bytes32[] memory channels_ = channelIdsIn(kept);
        PlainBatch.fill(kept.header, channels_, plainRecords(kept), kept.gone, kept.dims);
        recorded[place].header = kept.header;
        vm.assertEq(ledger.batchCommitmentOf(kept.header.batch), PlainBatch.commitmentOf(kept.header), "commitment");
    }

    function channelIdsIn(Recorded memory kept) internal pure returns (bytes32[] memory) {
        uint96 book = BookId.unwrap(kept.header.book);
        return PlainBatch.channelsIn(kept.channels, uint32(book >> 32), uint32(book >> 64));
    }

    function plainRecords(Recorded memory kept) internal pure returns (PlainRecord[] memory) {
        return PlainBatch.decode(kept.records, kept.dims / 8);
    }

    /// @dev What shows a record to be recorded, whether it stands or not.
    function proofOf(uint256 place, uint256 index) internal view returns (RecordProof memory proof) {
        Recorded memory kept = recorded[place];
        PlainRecord[] memory records = plainRecords(kept);
        PlainRecord memory record = records[index];
        proof.header = kept.header;
        proof.index = index;
        proof.record = Record({
            payer: AccountId.wrap(uint32(PlainBatch.numberAt(kept.channels, 8 * record.channel, 4))),
            salt: uint32(PlainBatch.numberAt(kept.channels, 8 * record.channel + 4, 4)),
            feeUnits: uint16(record.units),
            commitment: record.commitment,
            sketch: record.sketch
        });
        proof.path = PlainTrees.orderedPath(PlainBatch.leavesOf(channelIdsIn(kept), records, kept.gone), index);
    }

    /// @dev The bytes of a batch's sum as it stands.
    function sumOf(uint256 place) internal view returns (bytes memory) {
        Recorded memory kept = recorded[place];
        if (kept.dims == 0) return "";
        return PlainBatch.sumBytes(PlainBatch.sumOf(plainRecords(kept), kept.gone, kept.dims));
    }

    /// @dev Voids a record, or sets it aside, as the court would.
    function takeOut(uint256 place, uint256 index, bool isSetAside) internal returns (uint64 feeGwei) {
        RecordProof memory proof = proofOf(place, index);
        bytes memory sum = sumOf(place);
        vm.prank(address(court));
        feeGwei = isSetAside ? ledger.setAside(proof, sum) : ledger.voidRecord(proof, sum);
        markGone(place, index);
    }

    /// @dev Notes that a record was voided or set aside.
    function markGone(uint256 place, uint256 index) internal {
        recorded[place].gone[index] = true;
        refill(place);
    }

    /// @dev Where in `recorded` the batches of a book are, in their order.
    function batchesOf(BookId book) internal view returns (uint256[] memory places) {
        places = new uint256[](recorded.length);
        uint256 count = 0;
        for (uint256 i = 0; i < recorded.length; ++i) {
            if (BookId.unwrap(recorded[i].header.book) == BookId.unwrap(book)) places[count++] = i;
        }
        assembly ("memory-safe") {
            mstore(places, count)
        }
    }

    function shownOf(uint256 place) internal view returns (BatchShown memory) {
        return BatchShown({header: recorded[place].header, sum: sumOf(place)});
    }

    /// @dev What a book holds, from its records.
    function plainBookOf(BookId book, PlainModel memory model) internal view returns (PlainBook memory plain) {
        uint256[] memory places = batchesOf(book);
        (plain.units, plain.positive) = summed(places, places.length, model.dims);
        plain.givenGwei = ledger.bookStateOf(book).givenGwei;
        plain.treasuryBps = ledger.bookStateOf(book).treasuryBps;
    }

    /// @dev The first `count` of some batches together.
    function summed(
        uint256[] memory places,
        uint256 count,
        uint256 dims
    ) internal view returns (uint256 units, uint256[] memory positive) {
        positive = new uint256[](dims);
        for (uint256 b = 0; b < count; ++b) {
            Recorded memory kept = recorded[places[b]];
            PlainRecord[] memory records = plainRecords(kept);
            units += PlainBatch.unitsOf(records, kept.gone);
            uint256[] memory sum = PlainBatch.sumOf(records, kept.gone, dims);
            for (uint256 d = 0; d < dims; ++d) positive[d] += sum[d];
        }
    }

    /// @dev A page of a book's settlement, with what the pages before it came to by the plain twin.
    function pageOf(
        BookId book,
        PlainModel memory model,
        Stage stage,
        uint32 from,
        uint256 batches,
        uint32 units
    ) internal view returns (BookPage memory page) {
        (page.book, page.stage, page.from, page.units) = (book, stage, from, units);
        uint256[] memory places = batchesOf(book);
        if (stage == Stage.Summing) {
            uint256 left = places.length - from;
            page.batches = new BatchShown[](batches < left ? batches : left);
            for (uint256 b = 0; b < page.batches.length; ++b) page.batches[b] = shownOf(places[from + b]);
        }
        page.progress = progressOf(book, model, stage, from);
    }

    function progressOf(
        BookId book,
        PlainModel memory model,
        Stage stage,
        uint32 next
    ) internal view returns (Progress memory progress) {
        uint256[] memory places = batchesOf(book);
        (uint256 units, uint256[] memory positive) = summed(
            places,
            stage == Stage.Summing ? next : places.length,
            model.dims
        );
        progress.units = uint64(units);
        progress.totals = new bytes(8 * model.dims);
        for (uint256 d = 0; d < model.dims; ++d) {
            for (uint256 i = 0; i < 8; ++i) progress.totals[8 * d + i] = bytes1(uint8(positive[d] >> (56 - 8 * i)));
        }
        if (stage == Stage.Summing) return progress;
        PlainPay memory pay = PlainBooks.payOf(model, plainBookOf(book, model));
        for (uint256 u = 0; u < (stage == Stage.Weighing ? next : pay.weights.length); ++u) {
            progress.net += pay.weights[u];
        }
        for (uint256 u = 0; stage == Stage.Paying && u < next; ++u) progress.paidGwei += uint64(pay.unitsGwei[u]);
    }

    /// @dev Settles a book in one page.
    function settleWhole(BookId book, PlainModel memory model) internal {
        settlement.settle(pageOf(book, model, Stage.Summing, 0, type(uint32).max, type(uint32).max));
    }

    function hashOf(Progress memory progress) internal pure returns (bytes32) {
        return bytes32(uint256(uint216(uint256(keccak256(abi.encode(progress))))));
    }
}
