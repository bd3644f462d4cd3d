// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ILedger, LedgerTerms} from "../../contracts/interfaces/ILedger.sol";
import {Ledger} from "../../contracts/Ledger.sol";
import {AccountId} from "../../contracts/types/Ids.sol";
import {World} from "./harness/World.sol";

contract Plenty is ERC20 {
    constructor() ERC20("Plenty", "PLENTY") {
        _mint(msg.sender, uint256(type(uint64).max) * 1e9 + 1e9);
    }
}

contract LedgerTest is World {
    address private stranger = named("stranger");

    function test_WhenDeployed_ItSaysWhatItWasToldAndJournalsIt() public {
        vm.assertEq(address(ledger.token()), address(token));
        vm.assertEq(address(ledger.accounts()), address(accounts));
        vm.assertEq(address(ledger.models()), address(models));
        vm.assertEq(ledger.authority(), address(manager));
        vm.assertEq(AccountId.unwrap(ledger.treasury()), AccountId.unwrap(treasury));
        vm.assertEq(ledger.epochSeconds(), EPOCH);
        vm.assertEq(ledger.tabNoticeSeconds(), NOTICE);
        vm.assertEq(ledger.treasuryBps(), TREASURY_BPS);

        vm.recordLogs();
        Ledger second = new Ledger(token, accounts, models, address(manager), treasury, ledgerTerms());
        (uint48 count, ) = second.journal();
        vm.assertEq(vm.getRecordedLogs().length, count);
        vm.assertEq(count, 3);
    }

    function test_GivenATreasuryNobodyHolds_WhenDeployed_ItReverts() public {
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_UnknownTreasury.selector, 9));
        new Ledger(token, accounts, models, address(manager), AccountId.wrap(9), ledgerTerms());
    }

    function test_GivenAnEpochOfNoTime_WhenDeployed_ItReverts() public {
        LedgerTerms memory terms = ledgerTerms();
        terms.epochSeconds = 0;
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_ZeroEpoch.selector));
        new Ledger(token, accounts, models, address(manager), treasury, terms);
    }

    function test_GivenATokenWhoseSumsCouldOverflow_WhenDeployed_ItReverts() public {
        IERC20 plenty = new Plenty();
        uint256 max = type(uint64).max;
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_SupplyTooLarge.selector, max + 1, max));
        new Ledger(plenty, accounts, models, address(manager), treasury, ledgerTerms());
    }

    function test_WhenTheTreasuryShareIsSet_OldAndNewAreTold() public {
        vm.expectEmit(address(ledger));
        emit ILedger.TreasuryShareSet(TREASURY_BPS, 1_000);
        ledger.setTreasuryShare(1_000);
        vm.assertEq(ledger.treasuryBps(), 1_000);
    }

    function test_GivenMoreThanATenth_WhenTheTreasuryShareIsSet_ItReverts() public {
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_TreasuryShareTooHigh.selector, 1_001, 1_000));
        ledger.setTreasuryShare(1_001);
    }

    function test_WhenPausedAndResumed_ItIsToldByWhom() public {
        vm.expectEmit(address(ledger));
        emit ILedger.RecordingPaused(address(this));
        ledger.pauseRecording();
        vm.assertTrue(ledger.recordingPaused());

        vm.expectEmit(address(ledger));
        emit ILedger.RecordingResumed(address(this));
        ledger.resumeRecording();
        vm.assertFalse(ledger.recordingPaused());
    }

    function test_GivenThePresentState_WhenPausedOrResumedAgain_ItReverts() public {
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_NotPaused.selector));
        ledger.resumeRecording();
        ledger.pauseRecording();
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_Paused.selector));
        ledger.pauseRecording();
    }

    function test_GivenAStranger_WhenItGoverns_ItReverts() public {
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(refusal);
        ledger.setTreasuryShare(0);
        vm.expectRevert(refusal);
        ledger.pauseRecording();
        vm.expectRevert(refusal);
        ledger.resumeRecording();
        vm.expectRevert(refusal);
        ledger.setAuthority(stranger);
    }

    function test_GivenARole_WhenItsHolderPauses_NobodyElseMay() public {
        bytes4[] memory acts = new bytes4[](1);
        acts[0] = ledger.pauseRecording.selector;
        manager.setTargetFunctionRole(address(ledger), acts, 7);
        manager.grantRole(7, stranger, 0);
        vm.prank(stranger);
        ledger.pauseRecording();
        vm.assertTrue(ledger.recordingPaused());
    }

    function test_WhenTheAuthorityMoves_TheJournalTakesItIn() public {
        (uint48 before, ) = ledger.journal();
        vm.expectEmit(address(ledger));
        emit IAccessManaged.AuthorityUpdated(address(token));
        vm.prank(address(manager));
        ledger.setAuthority(address(token));
        (uint48 count, ) = ledger.journal();
        vm.assertEq(count, before + 1);
    }
}
