// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BondRule} from "../../contracts/interfaces/IBonds.sol";
import {Receipt} from "../../contracts/interfaces/ICourt.sol";
import {LedgerTerms} from "../../contracts/interfaces/ILedger.sol";
import {AccountId, BondId, BookId, bondOf} from "../../contracts/types/Ids.sol";
import {Record, RecordProof} from "../../contracts/types/Records.sol";
import {PlainRecord} from "../contracts/harness/PlainBatch.sol";
import {Ring} from "./Ring.sol";

/// @notice A call that the rival served and has not recorded yet.
struct Promise {
    PlainRecord call;
    uint256 payer;
    Receipt receipt;
    bool isRecorded;
}

/// @notice What a ring does to honest parties, and what they do: the rival records what it promised before it must, and shows what is demanded; the
/// honest payer demands what was left out and appeals what is false.
abstract contract RingActs is Ring {
    Promise[] internal promises;
    bytes32[] private _leftOut;
    uint256 private _salt;
    /// @dev Whether a struck call of the ring's own left it richer than before (D2).
    bool internal gainedByStriking;

    function honestCall(uint256 which, uint16 units, uint256 seed) external {
        if (isStruck()) return;
        PlainRecord memory call = callOf(units, 3, seed);
        if (!canRecord(operators[which % 2], call.units)) return;
        payerOwesGwei += call.units * FEE_UNIT;
        recordCall(operators[which % 2], call, HONEST, true);
    }

    function serve(uint256 payer, uint16 units, uint256 how, uint256 seed) external {
        if (isStruck()) return;
        PlainRecord memory call = callOf(units, payer % 3 == HONEST ? 3 : how, seed);
        uint40 recordBy = clock.time() + 1 days;
        Receipt memory receipt = promised(operators[1], call, payer % 3, recordBy);
        // A payer without a voucher gets no answer.
        coverMore(keyAt(operators[1], payer % 3), payer % 3, call.units + pendingOf(payer % 3));
        promises.push(Promise(call, payer % 3, receipt, false));
    }

    function wash(uint256 payer, uint16 units, uint256 how, uint256 seed, bool atRival) external {
        if (isStruck()) return;
        PlainRecord memory call = callOf(units, how, seed);
        AccountId account = operators[atRival ? 1 : 0];
        if (canRecord(account, call.units)) recordCall(account, call, payer % 2, false);
    }

    /// @dev An honest payer's call with a sketch that was not taken from it.
    function lie(uint16 units, uint256 how, uint256 seed) external {
        if (isStruck()) return;
        PlainRecord memory call = callOf(units, how % 3, seed);
        if (!canRecord(operators[0], call.units)) return;
        payerOwesGwei += call.units * FEE_UNIT;
        recordCall(operators[0], call, HONEST, true);
        if (appeal(holderOf(payers[HONEST]), recorded.length - 1)) rule(court.appealCount(), true);
    }

    function leaveOut(uint16 units, uint256 seed) external {
        PlainRecord memory call = callOf(units, 3, seed);
        Receipt memory receipt = promised(operators[0], call, HONEST, clock.time());
        bytes memory data = demandCallOf(0, receipt, call, HONEST);
        announce(address(court), holderOf(payers[HONEST]), data);
        if (ask(holderOf(payers[HONEST]), address(court), data)) _leftOut.push(receipt.recordHash);
    }

    /// @dev D2: a call of the ring's own that it strikes itself.
    function strikeOneself(uint256 payer, uint16 units, uint256 how, bool isAppealed) external {
        if (isStruck()) return;
        PlainRecord memory call = callOf(units, how, ++_salt);
        if (!canRecord(operators[0], call.units)) return;
        uint256 before = wealthGwei();
        recordCall(operators[0], call, payer % 2, false);
        uint256 place = recorded.length - 1;
        bool done = isAppealed ? appeal(challenger, place) : breakReceipt(place, payer % 2, call);
        if (done && isAppealed) rule(court.appealCount(), true);
        if (done && wealthGwei() >= before) gainedByStriking = true;
    }

    function appealRival(uint256 place, bool isRuled) external {
        if (recorded.length == 0) return;
        place %= recorded.length;
        if (appeal(challenger, place) && isRuled) rule(court.appealCount(), false);
    }

    function lapse(uint64 number) external {
        uint64 count = court.appealCount();
        if (count != 0) ask(address(this), address(court), abi.encodeCall(court.lapse, (1 + (number % count))));
    }

    /// @dev The rival shows at once what it recorded.
    function demandRival(uint256 which) external {
        if (promises.length == 0) return;
        Promise memory made = promises[which % promises.length];
        bytes memory data = demandCallOf(1, made.receipt, made.call, made.payer);
        announce(address(court), challenger, data);
        if (!ask(challenger, address(court), data)) return;
        for (uint256 i = recorded.length; i > 0; --i) {
            RecordProof memory shown = proofOf(i - 1, 0);
            if (ask(named("rival"), address(court), abi.encodeCall(court.showRecord, (shown)))) return;
        }
        _leftOut.push(made.receipt.recordHash);
    }

    function strikeOwnUnit(uint8 seldom) external {
        if (seldom % 8 != 0 || isStruck()) return;
        bytes memory data = abi.encodeCall(court.appealUnit, (model, uint16(FRIEND), keccak256("grounds"), ""));
        if (ask(challenger, address(court), data)) rule(court.appealCount(), seldom % 16 == 0);
    }

    function leaveChannel(uint256 payer, uint256 which, bool isAsked) external {
        bytes memory key = abi.encode(keyAt(operators[which % 2], payer % 2));
        bytes memory data =
            isAsked
                ? abi.encodePacked(channels.requestChannelWithdrawal.selector, key, uint256(type(uint64).max))
                : abi.encodePacked(channels.withdrawChannel.selector, key);
        ask(holderOf(payers[payer % 2]), address(channels), data);
    }

    function leaveBond(uint256 which, uint64 amountGwei, bool isAsked) external {
        BondId bond = [bondOf(operators[0]), bondOf(model), bondOf(challengerAccount)][which % 3];
        address holder = [holderOf(operators[0]), named("model owner"), challenger][which % 3];
        bytes memory data =
            isAsked
                ? abi.encodeCall(bonds.requestWithdrawal, (bond, amountGwei))
                : abi.encodeCall(bonds.withdraw, (bond));
        ask(holder, address(bonds), data);
    }

    /// @dev A vote that comes late, for whatever terms the contracts allow.
    function vote(uint16 ratio, uint16 bounty, uint64 perRecord, uint32 epoch, uint64 minBook, uint16 bps) external {
        BondRule memory rule_ = bondRule();
        (rule_.ratioBps, rule_.bountyBps) = (5_000 + (ratio % 25_001), bounty % 5_001);
        rule_.perRecordGwei = 1 + (perRecord % (OPEN / 10));
        ask(address(this), address(bonds), abi.encodeCall(bonds.setRule, (rule_)));
        LedgerTerms memory terms = ledgerTerms();
        (terms.epochSeconds, terms.minBookGwei) = (1 hours + (epoch % 1 days), minBook % (20 * OPEN));
        terms.treasuryBps = 100 + (bps % 901);
        ask(address(this), address(ledger), abi.encodeCall(ledger.setTerms, (terms)));
    }

    function settle(uint256 which, bool isPatient) external {
        BookId[] memory list = allBooks();
        if (list.length == 0) return;
        BookId book_ = list[which % list.length];
        uint40 until = ledger.windowEndOf(book_);
        if (isPatient && clock.time() < until) passing(until - clock.time());
        if (clock.time() >= until && !ledger.bookStateOf(book_).isSettled) settleWhole(book_, plainModelUntil(until));
    }

    function claim(uint256 which) external {
        ask(address(this), address(earnings), abi.encodeWithSignature("claim(uint32)", ring[which % ring.length]));
    }

    function wait(uint32 time) external {
        passing(time % 3 == 0 ? time % 4 days : time % 12 hours);
    }

    /// @dev The rival records, before time passes, what is due within it.
    function passing(uint256 time) private {
        for (uint256 i = 0; i < promises.length && !isStruck(); ++i) {
            Promise memory made = promises[i];
            if (made.isRecorded || clock.time() + time < made.receipt.recordBy) continue;
            promises[i].isRecorded = true;
            if (made.payer == HONEST) payerOwesGwei += made.call.units * FEE_UNIT;
            recordCall(operators[1], made.call, made.payer, made.payer == HONEST);
        }
        pass(time);
        for (uint256 i = 0; i < _leftOut.length; ++i) {
            ask(address(this), address(court), abi.encodeCall(court.closeRecordDemand, (_leftOut[i])));
        }
    }

    /// @dev A receipt of the ring's operator that says another fee.
    function breakReceipt(uint256 place, uint256 payer, PlainRecord memory call) private returns (bool) {
        RecordProof memory proof = proofOf(place, 0);
        Record memory other = proof.record;
        other.feeUnits = other.feeUnits == 1 ? 2 : other.feeUnits - 1;
        call.units = other.feeUnits;
        Receipt memory receipt = promised(operators[0], call, payer, clock.time());
        bytes memory data = abi.encodeCall(
            court.proveBrokenReceipt,
            (bytes32(++_salt), receipt, signed(receipt, receiptKey(0)), other, proof, sumOf(place))
        );
        announce(address(court), challenger, data);
        if (!ask(challenger, address(court), data)) return false;
        markGone(place, 0);
        return true;
    }

    function appeal(address who, uint256 place) private returns (bool done) {
        bytes memory data = abi.encodeCall(
            court.appealRecord,
            (proofOf(place, 0), sumOf(place), keccak256("grounds"), "")
        );
        done = ask(who, address(court), data);
        if (done) markGone(place, 0);
    }

    /// @dev The arbiter, who knows what is true.
    function rule(uint64 number, bool upheld) private {
        vm.prank(arbiter);
        court.rule(number, upheld, keccak256("reasons"), "");
    }

    function ask(address who, address target, bytes memory data) private returns (bool done) {
        vm.prank(who);
        (done, ) = target.call(data);
    }

    function demandCallOf(
        uint256 which,
        Receipt memory receipt,
        PlainRecord memory call,
        uint256 payer
    ) private returns (bytes memory) {
        Record memory record = Record(payers[payer], SALT, uint16(call.units), call.commitment, call.sketch);
        bytes memory signature = signed(receipt, receiptKey(which));
        return abi.encodeCall(court.demandRecord, (bytes32(++_salt), operators[which], receipt, signature, record));
    }

    function callOf(uint16 units, uint256 how, uint256 seed) private returns (PlainRecord memory) {
        bytes32 commitment = keccak256(abi.encode(seed, ++_salt));
        return PlainRecord(0, units == 0 ? 1 : units, commitment, sketchOf(how, seed));
    }

    /// @dev What the rival serves and has not recorded of a payer's calls.
    function pendingOf(uint256 payer) private view returns (uint256 units) {
        for (uint256 i = 0; i < promises.length; ++i) {
            if (promises[i].payer == payer && !promises[i].isRecorded) units += promises[i].call.units;
        }
    }

    function isStruck() private view returns (bool) {
        return models.struckAt(model) != 0;
    }

    /// @dev Whether an operator's bond and the model's let it record; of the ring's they need not.
    function canRecord(AccountId account, uint256 units) private view returns (bool) {
        BondRule memory rule_ = bonds.rule();
        uint256 more = (units * FEE_UNIT * rule_.ratioBps) / 10_000 + 1 + rule_.perRecordGwei;
        BondId bond = bondOf(account);
        uint256 covering =
            bonds.bondStateOf(bond).balanceGwei -
                bonds.bondStateOf(bond).leavingGwei -
                bonds.bondStateOf(bond).heldGwei;
        if (covering < rule_.minimumGwei + bonds.bondStateOf(bond).exposedGwei + more) return false;
        try bonds.requireModelCover(model) {
            return true;
        } catch {
            return false;
        }
    }
}
