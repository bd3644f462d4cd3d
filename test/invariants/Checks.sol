// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Appeal, DemandState, RecordDemand} from "../../contracts/interfaces/ICourt.sol";
import {Bond} from "../../contracts/interfaces/IBonds.sol";
import {Channel} from "../../contracts/interfaces/IChannels.sol";
import {Book} from "../../contracts/interfaces/ILedger.sol";
import {IJournal} from "../../contracts/interfaces/IJournal.sol";
import {AccountId, BondId, BookId, bondOf, operatorOf} from "../../contracts/types/Ids.sol";
import {JournalChain} from "../contracts/harness/JournalChain.sol";
import {CourtActs} from "./CourtActs.sol";

/// @notice Compares what came of a game with the books kept beside it.
abstract contract Checks is CourtActs {
    /// @dev C1, C2 and C4, and what their slots hold of deposits: cover is what was signed for that very channel by its signer.
    function checkChannels() external view {
        for (uint256 i = 0; i < keys.length; ++i) {
            bytes32 id = idIn(keys[i]);
            Channel memory channel = channels.channelOf(keys[i]);
            vm.assertEq(channel.depositGwei, paidIn[id], "paid in");
            vm.assertEq(channel.withdrawnGwei, paidOut[id], "paid out");
            uint256 chargedGwei = uint256(channel.chargedUnits) * FEE_UNIT;
            vm.assertTrue(channel.withdrawnGwei + chargedGwei <= channel.depositGwei);
            vm.assertTrue(channel.chargedUnits <= channel.coveredUnits && channel.coveredUnits <= channel.limitUnits);
            vm.assertEq(channel.limitUnits, (channel.depositGwei - channel.withdrawnGwei) / FEE_UNIT, "limit");
            vm.assertTrue(channel.coveredUnits <= signedUnits[id]);
            // What was voided stays charged, so no voucher pays for it again.
            vm.assertEq(channel.chargedUnits, recordedUnits[id], "charged");
            vm.assertTrue(channel.leavingGwei <= channel.depositGwei - channel.withdrawnGwei);
        }
    }

    /// @dev C3: cover never falls but by a withdrawal that was due.
    function checkCover() external view {
        vm.assertFalse(coverFell);
    }

    /// @dev B4 and B6: no page that goes on from where a settlement is was refused. Nothing was refused but by the contracts' own errors.
    function checkRefusals() external view {
        vm.assertFalse(heldUp);
        vm.assertEq(oddRefusal, "");
    }

    /// @dev B1, B2, B3, B5, P2 and P3: every book paid what stood in it when its window ended, to the gwei, and what accounts earned is that.
    function checkPay() external view {
        vm.assertFalse(payDiffers);
        for (uint32 i = 1; i <= accounts.accountCount(); ++i) {
            (uint64 earned, uint64 claimed) = earnings.earningsOf(AccountId.wrap(i));
            vm.assertEq(earned, earnedGwei[AccountId.wrap(i)], "earned");
            vm.assertEq(claimed, claimedGwei[AccountId.wrap(i)], "claimed");
        }
        vm.assertEq(earnings.receivedOf(model, JOINT), jointGwei, "joint");
        for (uint32 m = 0; m < 2; ++m) vm.assertEq(earnings.drawnOf(model, JOINT, m), drawnGwei[m], "drawn");
    }

    /// @dev What Earnings holds is what it owes, to the wei: deposits left, books, fees held for rulings, earnings, joint units.
    function checkMoney() external view {
        uint256 owed = 0;
        for (uint256 i = 0; i < keys.length; ++i) owed += leftIn(keys[i]);
        BookId[] memory list = allBooks();
        for (uint256 i = 0; i < list.length; ++i) {
            Book memory book_ = ledger.bookStateOf(list[i]);
            if (book_.isSettled) continue;
            owed += uint256(book_.units) * FEE_UNIT + book_.givenGwei - paidGwei[list[i]];
        }
        for (uint64 a = 1; a <= court.appealCount(); ++a) owed += court.appealOf(a).feeGwei;
        for (uint32 i = 1; i <= accounts.accountCount(); ++i) {
            (uint64 earned, uint64 claimed) = earnings.earningsOf(AccountId.wrap(i));
            owed += earned - claimed;
        }
        owed += jointGwei - drawnGwei[0] - drawnGwei[1];
        vm.assertEq(token.balanceOf(address(earnings)), owed * 1e9, "earnings");
    }

    /// @dev D1, and what bonds hold is what was paid in, not taken out, not slashed, and not burnt.
    function checkBonds() external view {
        BondId[4] memory list = allBonds();
        uint256 all = unburntGwei;
        for (uint256 i = 0; i < list.length; ++i) {
            Bond memory bond = bonds.bondStateOf(list[i]);
            vm.assertEq(bond.balanceGwei, bondGwei[BondId.unwrap(list[i])], "balance");
            vm.assertTrue(uint256(bond.leavingGwei) + bond.heldGwei <= bond.balanceGwei);
            vm.assertEq(bond.heldGwei, heldOf(list[i]), "held");
            all += bond.balanceGwei;
        }
        vm.assertEq(bonds.unburntGwei(), unburntGwei, "unburnt");
        vm.assertEq(token.balanceOf(address(bonds)), all * 1e9, "bonds");
    }

    /// @dev What bonds answer for is what is in unsettled books.
    function checkExposure() external view {
        BookId[] memory list = allBooks();
        uint256[2] memory cover;
        uint256 units = 0;
        for (uint256 i = 0; i < list.length; ++i) {
            Book memory book_ = ledger.bookStateOf(list[i]);
            if (book_.isSettled) continue;
            cover[operatorOf(list[i]) == operators[0] ? 0 : 1] += book_.coverGwei;
            units += book_.units;
        }
        for (uint256 i = 0; i < 2; ++i) {
            vm.assertEq(bonds.bondStateOf(bondOf(operators[i])).exposedGwei, cover[i], "exposed");
        }
        vm.assertEq(ledger.unsettledPoolOf(model), (units * FEE_UNIT * 6_000) / 10_000, "unsettled pool");
    }

    function checkJournals() external view {
        for (uint256 i = 0; i < writers.length; ++i) {
            vm.assertEq(JournalChain.slotOf(IJournal(writers[i])), journals[writers[i]], "journal");
        }
    }

    /// @dev What the courts hold of a bond, from what is pending before them.
    function heldOf(BondId bond) private view returns (uint256 held) {
        for (uint64 a = 1; a <= court.appealCount(); ++a) {
            Appeal memory filed = court.appealOf(a);
            if (AccountId.unwrap(filed.appellant) == 0) continue;
            if (same(bondOf(filed.appellant), bond)) held += filed.stakeGwei;
            if (same(filed.isUnit ? bondOf(model) : bondOf(filed.accused), bond)) held += filed.heldGwei;
        }
        for (uint256 i = 0; i < demandCount(); ++i) {
            RecordDemand memory demand_ = court.demandOf(demandedHash(i));
            if (demand_.state != DemandState.Open) continue;
            if (same(bondOf(demand_.demander), bond)) held += demand_.stakeGwei;
            if (same(bondOf(demand_.operator), bond)) held += demand_.heldGwei;
        }
    }

    function same(BondId a, BondId b) private pure returns (bool) {
        return BondId.unwrap(a) == BondId.unwrap(b);
    }
}
