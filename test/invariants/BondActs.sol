// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BondRule} from "../../contracts/interfaces/IBonds.sol";
import {BondId, bondOf} from "../../contracts/types/Ids.sol";
import {Books} from "./Books.sol";

/// @notice What happens to bonds: their holders', the court's and governance's acts.
abstract contract BondActs is Books {
    function depositBond(uint256 which, uint64 amountGwei) external act {
        uint64 amount = 1 + (amountGwei % 1e10);
        ledger.token().approve(address(ledger), uint256(amount) * 1e9);
        attempt(address(this), address(ledger), abi.encodeCall(ledger.depositBond, (bondAt(which), amount)));
    }

    function requestBondWithdrawal(uint256 which, uint64 amountGwei) external act {
        vm.prank(holderOf(which));
        ledger.requestBondWithdrawal(bondAt(which), amountGwei % 2e15);
    }

    function withdrawBond(uint256 which) external act {
        attempt(holderOf(which), address(ledger), abi.encodeCall(ledger.withdrawBond, (bondAt(which))));
    }

    function slash(uint256 which, uint64 amountGwei, uint256 who) external act {
        vm.prank(address(court));
        ledger.slash(bondAt(which), amountGwei % 1e12, anyone(who));
    }

    /// @dev Not the model that is served, so that the game goes on.
    function strikeModel(uint256 who) external act {
        attempt(address(court), address(ledger), abi.encodeCall(ledger.strikeModel, (base, anyone(who))));
    }

    function freezeBond(uint256 which, uint16 time) external act {
        vm.prank(address(court));
        ledger.freezeBond(bondAt(which), uint40(block.timestamp + time));
    }

    function stake(uint256 which, uint64 amountGwei) external act {
        attempt(address(court), address(ledger), abi.encodeCall(ledger.stake, (bondAt(which), amountGwei % 1e12)));
    }

    function release(uint256 which, uint64 amountGwei) external act {
        attempt(address(court), address(ledger), abi.encodeCall(ledger.release, (bondAt(which), amountGwei % 1e12)));
    }

    function payStake(uint256 which, uint64 amountGwei, uint256 who) external act {
        attempt(
            address(court),
            address(ledger),
            abi.encodeCall(ledger.payStake, (bondAt(which), amountGwei % 1e12, anyone(who)))
        );
    }

    function burnSlashed() external act {
        attempt(address(this), address(ledger), abi.encodeCall(ledger.burnSlashed, ()));
    }

    function setTreasuryShare(uint16 shareBps) external act {
        vm.prank(admin);
        ledger.setTreasuryShare(shareBps % 1_001);
    }

    function setBondRule(uint32 minimumGwei, uint16 ratioBps, uint16 bountyBps) external act {
        vm.prank(admin);
        ledger.setBondRule(
            BondRule({minimumGwei: 1 + uint64(minimumGwei), ratioBps: ratioBps, bountyBps: bountyBps % 5_001})
        );
    }

    function bondAt(uint256 which) internal view returns (BondId) {
        uint256 place = which % 4;
        if (place == 0) return bondOf(operator);
        if (place == 1) return bondOf(model);
        return place == 2 ? bondOf(challenger) : bondOf(base);
    }

    function holderOf(uint256 which) private view returns (address) {
        uint256 place = which % 4;
        if (place == 0) return payoutOf(operator);
        if (place == 2) return payoutOf(challenger);
        return payoutOf(ledger.models().ownerOf(place == 1 ? model : base));
    }
}
