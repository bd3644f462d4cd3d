// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IClock} from "./interfaces/IClock.sol";
import {Credit, IEarnings} from "./interfaces/IEarnings.sol";
import {Book, ILedger} from "./interfaces/ILedger.sol";
import {IModels, SettlementTerms, WeighedUnit} from "./interfaces/IModels.sol";
import {BatchShown, BookPage, ISettlement, Progress, Stage} from "./interfaces/ISettlement.sol";
import {Journal} from "./Journal.sol";
import {BatchSums} from "./libraries/BatchSums.sol";
import {BookPay, Pot} from "./libraries/BookPay.sol";
import {Records} from "./libraries/Records.sol";
import {AccountId, BookId, ModelId, modelOf, operatorOf} from "./types/Ids.sol";
import {BatchHeader} from "./types/Records.sol";

/// @title Settlement
/// @dev What each function promises stands in `ISettlement`. A settlement goes on in pages of whatever size: it sums a book's batches, weighs the
/// units of its model, and pays everybody. What a page needs of those before it is held by a hash.
contract Settlement is ISettlement, Journal {
    /// @dev How far a settlement is, in one slot.
    struct Reached {
        Stage stage;
        uint32 next;
        uint216 progress;
    }

    /// @dev A settlement while a page goes on.
    /// @param until The end of the book's window.
    /// @param first The first of `weighed`.
    /// @param weighed Units as they were weighed on this page, to be paid on it.
    struct Settling {
        BookId book;
        uint40 until;
        Book stored;
        Stage stage;
        uint32 next;
        SettlementTerms terms;
        Progress progress;
        uint256 first;
        WeighedUnit[] weighed;
    }

    /// @dev What everybody but contributors is paid for a book; the treasury what is left.
    struct Others {
        uint64 operatorGwei;
        uint64 ownerGwei;
        uint64[] royaltiesGwei;
        uint64 treasuryGwei;
    }

    uint256 private constant BPS = 10_000;

    /// @inheritdoc ISettlement
    AccountId public immutable treasury;
    ILedger public immutable ledger;
    IModels public immutable models;
    IEarnings public immutable earnings;
    IClock public immutable clock;

    mapping(BookId book => Reached) private _reached;

    constructor(ILedger ledger_, AccountId treasury_) {
        uint32 number = AccountId.unwrap(treasury_);
        require(number != 0 && number <= ledger_.accounts().accountCount(), Settlement_UnknownTreasury(treasury_));
        treasury = treasury_;
        ledger = ledger_;
        models = ledger_.models();
        earnings = ledger_.earnings();
        clock = ledger_.clock();
        ledger_.earnings().token().refuseTransfers();
    }

    /// @inheritdoc ISettlement
    function settle(BookPage calldata page) external {
        Settling memory state;
        state.book = page.book;
        state.stored = ledger.bookStateOf(page.book);
        state.until = state.stored.closesAt + state.stored.windowSeconds;
        uint40 now_ = clock.time();
        require(now_ >= state.until, Settlement_WindowOpen(page.book, state.until, now_));
        Reached memory reached = _reached[page.book];
        if (_isDone(page, reached)) return;

        _resume(state, page, reached);
        if (state.stage == Stage.Summing) _sum(state, page.batches);
        if (state.stage == Stage.Weighing) _weigh(state, page.units);
        if (state.stage == Stage.Paying) _pay(state, page.units);
        _reached[page.book] = Reached({
            stage: state.stage,
            next: state.next,
            progress: state.stage == Stage.Settled ? 0 : _hashOf(state.progress)
        });
    }

    /// @inheritdoc ISettlement
    function progressOf(BookId book) external view returns (Stage stage, uint32 next, bytes32 progress) {
        Reached memory reached = _reached[book];
        return (reached.stage, reached.next, bytes32(uint256(reached.progress)));
    }

    /// @dev Passes over a page that begins where a settlement has been; refuses one that begins further on.
    function _isDone(BookPage calldata page, Reached memory reached) private pure returns (bool) {
        if (page.stage == reached.stage && page.from == reached.next) return reached.stage == Stage.Settled;
        bool isBehind = page.stage < reached.stage || (page.stage == reached.stage && page.from < reached.next);
        require(isBehind, Settlement_PageAhead(page.book, page.stage, page.from, reached.stage, reached.next));
        return true;
    }

    function _resume(Settling memory state, BookPage calldata page, Reached memory reached) private view {
        (state.stage, state.next) = (reached.stage, reached.next);
        state.terms = models.settlementTerms(modelOf(page.book), state.until);
        // The first page needs nothing, however often somebody sends one that shows nothing.
        if (reached.stage == Stage.Summing && reached.next == 0) {
            state.progress.totals = BatchSums.begin(state.terms.dims);
            return;
        }
        state.progress = page.progress;
        uint216 found = _hashOf(state.progress);
        require(
            found == reached.progress,
            Settlement_OtherProgress(page.book, bytes32(uint256(found)), bytes32(uint256(reached.progress)))
        );
    }

    function _sum(Settling memory state, BatchShown[] calldata batches) private {
        uint32 from = state.next;
        for (uint256 i = 0; i < batches.length && state.next < state.stored.batches; ++i) {
            BatchHeader memory header = batches[i].header;
            require(
                BookId.unwrap(header.book) == BookId.unwrap(state.book) &&
                    header.number == state.next &&
                    Records.commitmentOf(header) == ledger.batchCommitmentOf(header.batch),
                Settlement_OtherBatch(state.book, state.next, header)
            );
            if (state.terms.dims != 0) {
                bytes memory sum = batches[i].sum;
                bytes32 found = keccak256(sum);
                require(found == header.sumHash, Settlement_SumDiffers(found, header.sumHash));
                BatchSums.add(state.progress.totals, sum);
            }
            state.progress.units += header.units;
            ++state.next;
        }
        if (state.next != from) _emit(2, abi.encode(BatchesSummed.selector, state.book, from, state.next));
        if (state.next != state.stored.batches) return;
        // Every batch was shown once, so this is what voiding has left.
        assert(state.progress.units == state.stored.units);
        (state.stage, state.next) = (state.terms.dims == 0 ? Stage.Paying : Stage.Weighing, 0);
    }

    function _weigh(Settling memory state, uint256 most) private {
        _weighFrom(state, most);
        uint256 count = state.weighed.length;
        if (count == 0) return;
        bytes memory told = new bytes(16 * count + 0x20);
        uint256 net = 0;
        for (uint256 i = 0; i < count; ++i) {
            uint256 weight = WeighedUnit.unwrap(state.weighed[i]) >> 112;
            net += weight;
            assembly ("memory-safe") {
                mstore(add(add(told, 0x20), shl(4, i)), shl(128, weight))
            }
        }
        assembly ("memory-safe") {
            mstore(told, shl(4, count))
        }
        state.progress.net += net;
        _emit(2, abi.encodePacked(abi.encode(UnitsWeighed.selector, state.book), abi.encode(state.next, told)));
        state.next += uint32(count);
        if (state.next == state.terms.unitCount) (state.stage, state.next) = (Stage.Paying, 0);
    }

    function _pay(Settling memory state, uint256 most) private {
        uint256 from = state.next;
        uint256 count = _atMost(state.terms.unitCount - from, most);
        if (count == 0) return;
        // What was weighed on this page need not be weighed again.
        if (state.first != from || state.weighed.length < count) _weighFrom(state, count);

        Pot memory pot = _potOf(state);
        (Credit[] memory credits, bytes memory told, uint64 paidGwei) = _payAll(state, pot, from, count);
        state.progress.paidGwei += paidGwei;
        _emit(2, abi.encodePacked(abi.encode(UnitsPaid.selector, state.book), abi.encode(uint32(from), told)));
        state.next = uint32(from + count);
        earnings.creditMany(credits);
        if (state.next == state.terms.unitCount) _finish(state, pot);
    }

    /// @return credits What each unit's payee, or the joint unit itself, is credited.
    /// @return told The same for the log, eight bytes a unit.
    function _payAll(
        Settling memory state,
        Pot memory pot,
        uint256 from,
        uint256 count
    ) private pure returns (Credit[] memory credits, bytes memory told, uint64 paidGwei) {
        credits = new Credit[](count);
        told = new bytes(8 * count + 0x20);
        WeighedUnit[] memory weighed = state.weighed;
        uint256 joint = (uint256(ModelId.unwrap(modelOf(state.book))) << 112) | (from << 96);
        for (uint256 i = 0; i < count; ++i) {
            WeighedUnit unit = weighed[i];
            uint64 amountGwei = BookPay.payOf(pot, unit);
            uint256 payee = uint32(WeighedUnit.unwrap(unit));
            unchecked {
                paidGwei += amountGwei;
                credits[i] = Credit.wrap((payee == 0 ? joint + (i << 96) : payee << 64) | amountGwei);
            }
            assembly ("memory-safe") {
                mstore(add(add(told, 0x20), shl(3, i)), shl(192, amountGwei))
            }
        }
        assembly ("memory-safe") {
            mstore(told, shl(3, count))
        }
    }

    /// @dev Pays the operator, the owner, its ancestors' owners, and what is left to the treasury.
    function _finish(Settling memory state, Pot memory pot) private {
        Others memory others = _othersOf(state, pot.feesGwei);
        state.stage = Stage.Settled;

        _emit(
            2,
            abi.encodePacked(
                abi.encode(BookSettled.selector, state.book),
                abi.encode(
                    others.operatorGwei,
                    others.ownerGwei,
                    others.royaltiesGwei,
                    others.treasuryGwei,
                    state.progress.paidGwei
                )
            )
        );
        earnings.creditMany(_creditsOf(state, others));
        ledger.release(state.book, pot.poolGwei);
    }

    function _othersOf(Settling memory state, uint64 feesGwei) private pure returns (Others memory others) {
        SettlementTerms memory terms_ = state.terms;
        uint256 ownerBps = BPS - terms_.contributorBps - terms_.operatorBps - state.stored.treasuryBps;
        others.treasuryGwei = feesGwei + state.stored.givenGwei - state.progress.paidGwei;
        others.royaltiesGwei = new uint64[](terms_.royalties.length);
        for (uint256 i = 0; i < others.royaltiesGwei.length; ++i) {
            ownerBps -= terms_.royalties[i].bps;
            others.royaltiesGwei[i] = _shareOf(feesGwei, terms_.royalties[i].bps);
            others.treasuryGwei -= others.royaltiesGwei[i];
        }
        others.operatorGwei = _shareOf(feesGwei, terms_.operatorBps);
        others.ownerGwei = _shareOf(feesGwei, ownerBps);
        others.treasuryGwei -= others.operatorGwei + others.ownerGwei;
    }

    function _creditsOf(Settling memory state, Others memory others) private view returns (Credit[] memory credits) {
        credits = new Credit[](others.royaltiesGwei.length + 3);
        credits[0] = _creditOf(operatorOf(state.book), others.operatorGwei);
        credits[1] = _creditOf(state.terms.owner, others.ownerGwei);
        credits[2] = _creditOf(treasury, others.treasuryGwei);
        for (uint256 i = 0; i < others.royaltiesGwei.length; ++i) {
            credits[i + 3] = _creditOf(state.terms.royalties[i].account, others.royaltiesGwei[i]);
        }
    }

    function _weighFrom(Settling memory state, uint256 most) private view {
        uint256 count = _atMost(state.terms.unitCount - state.next, most);
        state.first = state.next;
        state.weighed = models.weigh(
            modelOf(state.book),
            state.next,
            count,
            state.until,
            state.progress.totals,
            state.stored.units
        );
    }

    function _potOf(Settling memory state) private view returns (Pot memory) {
        Book memory stored = state.stored;
        uint64 feesGwei = stored.units * models.feeUnitOf(modelOf(state.book));
        return BookPay.potOf(state.terms, feesGwei, stored.units, stored.givenGwei, state.progress.net);
    }

    function _shareOf(uint64 feesGwei, uint256 bps) private pure returns (uint64) {
        return uint64((feesGwei * bps) / BPS);
    }

    function _creditOf(AccountId account, uint64 amountGwei) private pure returns (Credit) {
        return Credit.wrap((uint256(AccountId.unwrap(account)) << 64) | amountGwei);
    }

    function _atMost(uint256 count, uint256 most) private pure returns (uint256) {
        return count < most ? count : most;
    }

    function _hashOf(Progress memory progress) private pure returns (uint216) {
        return uint216(uint256(keccak256(abi.encode(progress))));
    }
}
