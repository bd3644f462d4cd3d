// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId, bondOf} from "../../contracts/types/Ids.sol";
import {Market} from "../contracts/harness/Market.sol";
import {encodeRecord} from "../contracts/harness/RandomRecords.sol";
import {PlainRecord, PlainRow} from "../contracts/harness/RecordsHarness.sol";
import {Washer} from "./Washer.sol";

/// @notice Fees that somebody pays to themselves, and strikes against themselves, never make them richer.
contract WashInvariants is Market {
    Washer private washer;
    uint256 private startGwei;

    function setUp() public override {
        super.setUp();
        ledger.appointCourt(named("judge"));
        vm.startPrank(operator);
        model = models.registerFineTune(fineTune(base, version));
        models.setOperator(model, operatorAccount, true);
        vm.stopPrank();
        bondUp(bondOf(model), BOND);
        token.transfer(operator, 1e12 * 1e9);

        uint32 self = AccountId.unwrap(operatorAccount);
        PlainRow[] memory rows = new PlainRow[](1);
        rows[0] = PlainRow({row: 7, account: self, weight: 65_535});
        washer = new Washer(
            ledger,
            model,
            address(this),
            encodeRecord(PlainRecord(keccak256("call"), self, 0, rows, sketch(32)))
        );
        startGwei = washer.wealthGwei();
    }

    /// @dev Read by the invariant runner.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(washer);
    }

    function invariant_I7_AWashCallerNeverGains() public view {
        vm.assertLe(washer.wealthGwei(), startGwei, "I7");
    }

    /// @dev A washer whose acts all failed would prove nothing.
    function test_WhenWashedAndStruck_TheWasherIsPoorer() public {
        washer.fundTab(1e8);
        washer.recordBatch(1e7);
        washer.recordBatch(9e6);
        // A royalty of 3 % and the treasury's 2 % are all that others get.
        vm.assertEq(startGwei - washer.wealthGwei(), (19e6 * 5) / 100);
        washer.strikeRecord(0, 0);
        vm.assertEq(washer.recorded(), 2);
        vm.assertEq(washer.struck(), 1);
        // The fee comes back; half of what the strike costs is burnt.
        vm.assertEq(startGwei - washer.wealthGwei(), (9e6 * 5) / 100 + (MINIMUM_BOND + 1e7) / 2);
    }
}
