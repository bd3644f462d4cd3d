// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IBonds} from "../../contracts/interfaces/IBonds.sol";
import {IChannels} from "../../contracts/interfaces/IChannels.sol";
import {ICourt} from "../../contracts/interfaces/ICourt.sol";
import {IEarnings} from "../../contracts/interfaces/IEarnings.sol";
import {IJournal} from "../../contracts/interfaces/IJournal.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {IModels} from "../../contracts/interfaces/IModels.sol";
import {GovernedWorld} from "./harness/GovernedWorld.sol";

/// @notice Which act of which contract belongs to whom: every act that asks for an office, tried by every kind of caller.
contract GovernanceOfficesTest is GovernedWorld {
    /// @dev An act, and the one who may do it.
    struct Act {
        address target;
        bytes call;
        address office;
    }

    Act[] private acts;

    function setUp() public override {
        super.setUp();
        address vote = address(timelock);
        acts.push(Act(address(clock), abi.encodeCall(clock.pause, ()), guardian));
        acts.push(Act(address(clock), abi.encodeCall(clock.resume, ()), guardian));
        acts.push(Act(address(models), abi.encodeCall(models.setTerms, (modelTerms())), vote));
        acts.push(Act(address(bonds), abi.encodeCall(bonds.setRule, (bondRule())), vote));
        acts.push(Act(address(channels), abi.encodeCall(channels.setNotice, (NOTICE)), vote));
        acts.push(Act(address(ledger), abi.encodeCall(ledger.setTerms, (ledgerTerms())), vote));
        acts.push(Act(address(court), abi.encodeCall(court.setTerms, (courtTerms())), vote));
        acts.push(Act(address(unitCourt), abi.encodeCall(unitCourt.setTerms, (unitCourtTerms())), vote));
        acts.push(Act(address(court), abi.encodeCall(court.rule, (1, true, 0, "")), arbiter));
        acts.push(Act(address(models), appointToModels(), vote));
        acts.push(Act(address(earnings), appointToEarnings(), vote));
        acts.push(Act(address(bonds), appointToBonds(), vote));
        acts.push(Act(address(channels), abi.encodeCall(channels.appointLedger, (stranger)), vote));
        acts.push(Act(address(ledger), abi.encodeCall(ledger.appoint, (stranger, stranger)), vote));
    }

    function test_GivenEveryActAndEveryCaller_OnlyTheOfficeItselfMay() public {
        address[11] memory all = [
            guardian,
            arbiter,
            address(timelock),
            address(governor),
            holder,
            stranger,
            named("treasurer"),
            address(this),
            address(ledger),
            address(court),
            address(unitCourt)
        ];
        for (uint256 i = 0; i < acts.length; ++i) {
            for (uint256 j = 0; j < all.length; ++j) {
                vm.prank(all[j]);
                (bool done, bytes memory reason) = acts[i].target.call(acts[i].call);
                bytes memory refusal = abi.encodeWithSelector(
                    IAccessManaged.AccessManagedUnauthorized.selector,
                    all[j]
                );
                bool isRefused = !done && keccak256(reason) == keccak256(refusal);
                vm.assertTrue(isRefused == (all[j] != acts[i].office));
            }
        }
    }

    function test_GivenTheOffices_WhatTheyMayDoIsDone() public {
        for (uint256 i = 2; i < 8; ++i) {
            (uint48 before, ) = IJournal(acts[i].target).journal();
            vm.prank(acts[i].office);
            (bool done, ) = acts[i].target.call(acts[i].call);
            vm.assertTrue(done);
            (uint48 count, ) = IJournal(acts[i].target).journal();
            vm.assertEq(count, before + 1);
        }
        vm.startPrank(guardian);
        clock.pause();
        clock.resume();
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_UnknownAppeal.selector, 1));
        vm.prank(arbiter);
        court.rule(1, true, 0, "");
    }

    function test_GivenAppointments_NotEvenAVoteChangesThem() public {
        vm.startPrank(address(timelock));
        refuses(
            address(models),
            appointToModels(),
            abi.encodeWithSelector(IModels.Models_AlreadyAppointed.selector, fineTunes, court, unitCourt)
        );
        refuses(
            address(earnings),
            appointToEarnings(),
            abi.encodeWithSelector(IEarnings.Earnings_AlreadyAppointed.selector, channels)
        );
        refuses(
            address(bonds),
            appointToBonds(),
            abi.encodeWithSelector(IBonds.Bonds_AlreadyAppointed.selector, ledger, court, unitCourt)
        );
        refuses(
            address(channels),
            abi.encodeCall(channels.appointLedger, (stranger)),
            abi.encodeWithSelector(IChannels.Channels_AlreadyAppointed.selector, ledger)
        );
        refuses(
            address(ledger),
            abi.encodeCall(ledger.appoint, (stranger, stranger)),
            abi.encodeWithSelector(ILedger.Ledger_AlreadyAppointed.selector, court, settlement)
        );
        vm.stopPrank();
    }

    function test_GivenAnotherAuthority_OnlyTheManagerNamesIt_AndItIsInTheJournal() public {
        address[7] memory governed = [
            address(clock),
            address(models),
            address(bonds),
            address(channels),
            address(ledger),
            address(court),
            address(unitCourt)
        ];
        for (uint256 i = 0; i < governed.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(timelock))
            );
            vm.prank(address(timelock));
            IAccessManaged(governed[i]).setAuthority(stranger);

            (uint48 before, bytes26 head) = IJournal(governed[i]).journal();
            vm.expectEmit(governed[i]);
            emit IAccessManaged.AuthorityUpdated(address(token));
            vm.prank(address(manager));
            IAccessManaged(governed[i]).setAuthority(address(token));
            (uint48 count, bytes26 moved) = IJournal(governed[i]).journal();
            vm.assertEq(count, before + 1);
            vm.assertTrue(head != moved);
            vm.assertEq(IAccessManaged(governed[i]).authority(), address(token));
        }
    }

    /// @dev What contracts ask of each other is no office: nobody is given it.
    function test_GivenEveryOffice_NoneDoesWhatOnlyContractsDo() public {
        address[5] memory all = [guardian, arbiter, address(timelock), address(governor), stranger];
        for (uint256 i = 0; i < all.length; ++i) {
            vm.startPrank(all[i]);
            bytes memory refusal = abi.encodeWithSelector(IModels.Models_NotAppointed.selector, all[i]);
            refuses(address(models), abi.encodeWithSelector(models.strike.selector, 1, 0), refusal);
            refusal = abi.encodeWithSelector(IBonds.Bonds_NotAppointed.selector, all[i]);
            refuses(address(bonds), abi.encodeWithSelector(bonds.stake.selector, 1, 1), refusal);
            refuses(address(bonds), abi.encodeWithSelector(bonds.hold.selector, 1, 1), refusal);
            refuses(address(bonds), abi.encodeWithSelector(bonds.release.selector, 1, 1), refusal);
            refusal = abi.encodeWithSelector(ILedger.Ledger_NotAppointed.selector, all[i]);
            refuses(address(ledger), abi.encodeWithSelector(ledger.give.selector, 1, 1, 1), refusal);
            refuses(address(ledger), abi.encodeWithSelector(ledger.returnFee.selector, 1, 1, 1, 1, true), refusal);
            refusal = abi.encodeWithSelector(IEarnings.Earnings_NotAppointed.selector, all[i]);
            refuses(address(earnings), abi.encodeWithSelector(earnings.credit.selector, 1, 1), refusal);
            vm.stopPrank();
        }
    }

    function refuses(address target, bytes memory call, bytes memory refusal) private {
        (bool done, bytes memory reason) = target.call(call);
        vm.assertFalse(done);
        vm.assertEq(reason, refusal);
    }

    function appointToModels() private view returns (bytes memory) {
        return abi.encodeCall(models.appoint, (stranger, stranger, stranger));
    }

    function appointToEarnings() private view returns (bytes memory) {
        return abi.encodeWithSelector(earnings.appoint.selector, stranger, stranger, stranger, stranger);
    }

    function appointToBonds() private view returns (bytes memory) {
        return abi.encodeWithSelector(bonds.appoint.selector, stranger, stranger, stranger);
    }
}
