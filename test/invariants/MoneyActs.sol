// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BondRule} from "../../contracts/interfaces/IBonds.sol";
import {JointShare} from "../../contracts/interfaces/IEarnings.sol";
import {LedgerTerms} from "../../contracts/interfaces/ILedger.sol";
import {AccountId, BondId} from "../../contracts/types/Ids.sol";
import {Books} from "./Books.sol";

/// @notice Bonds come and go, earnings are claimed and drawn, time passes or stands still, and governance sets what it may.
abstract contract MoneyActs is Books {
    function depositBond(uint256 which, uint64 amountGwei) external act {
        uint64 amount = 1 + (amountGwei % (100 * OPEN));
        token.approve(address(bonds), uint256(amount) * 1e9);
        (bool done, ) = attempt(
            address(this),
            address(bonds),
            abi.encodeCall(bonds.deposit, (allBonds()[which % 4], amount))
        );
        vm.assertTrue(done);
    }

    function requestBond(uint256 which, uint64 amountGwei) external act {
        BondId bond = allBonds()[which % 4];
        // Rarely all of it: without bonds nothing is recorded any more.
        uint64 amount = amountGwei % 8 == 0 ? type(uint64).max : amountGwei % (200 * OPEN);
        (bool done, ) = attempt(
            holderOfBond(which % 4),
            address(bonds),
            abi.encodeCall(bonds.requestWithdrawal, (bond, amount))
        );
        vm.assertTrue(done);
    }

    function withdrawBond(uint256 which) external act {
        attempt(holderOfBond(which % 4), address(bonds), abi.encodeCall(bonds.withdraw, (allBonds()[which % 4])));
    }

    function burn() external act {
        attempt(address(this), address(bonds), abi.encodeCall(bonds.burnSlashed, ()));
    }

    function claim(uint256 who) external act {
        attempt(address(this), address(earnings), abi.encodeWithSignature("claim(uint32)", anyone(who)));
    }

    function claimTo(uint256 who, uint160 to) external act {
        address destination = address(uint160(bound(to, 1_000_000, type(uint160).max)));
        if (token.refuses(destination)) return;
        attempt(holderOf(anyone(who)), address(earnings), abi.encodeCall(earnings.claimTo, (destination)));
    }

    function claimMany(uint256 first, uint256 second) external act {
        AccountId[] memory claimants = new AccountId[](3);
        (claimants[0], claimants[1], claimants[2]) = (anyone(first), anyone(second), anyone(first));
        attempt(address(this), address(earnings), abi.encodeCall(earnings.claimMany, (claimants)));
    }

    function draw(uint256 member) external act {
        JointShare[] memory shares = new JointShare[](1);
        uint32 which = uint32(member % 2);
        shares[0] = JointShare(model, JOINT, which);
        (bool done, ) = attempt(address(this), address(earnings), abi.encodeCall(earnings.draw, (shares)));
        vm.assertTrue(done);
        uint256 due = (jointGwei * (which == 0 ? FIRST_KEPT : SECOND_KEPT)) / (FIRST_KEPT + SECOND_KEPT);
        earnedGwei[contributors[JOINT + which]] += due - drawnGwei[which];
        drawnGwei[which] = due;
    }

    function wait(uint32 time) external act {
        pass(time % 3 == 0 ? time % 12 days : time % 1 days);
    }

    function pauseOrResume() external act {
        if (clock.pausedUntil() == 0) attempt(address(this), address(clock), abi.encodeCall(clock.pause, ()));
        else clock.resume();
    }

    function setTerms(uint32 epoch, uint32 window, uint64 minBook, uint16 treasuryBps) external act {
        LedgerTerms memory terms = LedgerTerms({
            epochSeconds: 1 hours + (epoch % 1 days),
            windowSeconds: 3 * DEMAND + (window % 12 hours),
            minBookGwei: minBook % (2 * OPEN),
            treasuryBps: 100 + (treasuryBps % 901)
        });
        attempt(address(this), address(ledger), abi.encodeCall(ledger.setTerms, (terms)));
    }

    function setRule(uint16 ratio, uint16 bounty, uint64 perRecord) external act {
        BondRule memory rule_ = bondRule();
        (rule_.ratioBps, rule_.bountyBps) = (5_000 + (ratio % 25_001), bounty % 5_001);
        rule_.perRecordGwei = 1 + (perRecord % OPEN);
        attempt(address(this), address(bonds), abi.encodeCall(bonds.setRule, (rule_)));
    }

    function anyone(uint256 who) internal view returns (AccountId) {
        return AccountId.wrap(uint32(1 + (who % accounts.accountCount())));
    }

    function holderOfBond(uint256 which) private view returns (address) {
        if (which < 2) return holderOf(operators[which]);
        return which == 2 ? challenger : named("model owner");
    }
}
