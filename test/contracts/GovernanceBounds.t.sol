// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Models} from "../../contracts/Models.sol";
import {BondRule, IBonds} from "../../contracts/interfaces/IBonds.sol";
import {IChannels} from "../../contracts/interfaces/IChannels.sol";
import {ILedger, LedgerTerms} from "../../contracts/interfaces/ILedger.sol";
import {IModels, ModelTerms} from "../../contracts/interfaces/IModels.sol";
import {World} from "./harness/World.sol";

/// @notice What governance may set, at both ends of every bound (the courts' terms: court/Terms.t.sol).
contract GovernanceBoundsTest is World {
    function test_WhenTheTermsOfModelsAreSet_OldAndNewAreTold() public {
        ModelTerms memory terms = ModelTerms({activationSeconds: 2 days, noticeSeconds: 3 days});
        vm.expectEmit(address(models));
        emit IModels.ModelTermsSet(modelTerms(), terms);
        models.setTerms(terms);
        vm.assertEq(abi.encode(models.terms()), abi.encode(terms));
    }

    function test_GivenTermsOfModels_ActivationTakesOneToFourteenDays_AndTheNoticeAsLong() public {
        models.setTerms(ModelTerms(1 days, 1 days));
        models.setTerms(ModelTerms(14 days, 14 days));
        refuses(ModelTerms(1 days - 1, NOTICE));
        refuses(ModelTerms(14 days + 1, NOTICE));
        refuses(ModelTerms(ACTIVATION, 1 days - 1));
        refuses(ModelTerms(ACTIVATION, 14 days + 1));
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_TermsOutOfRange.selector, ModelTerms(0, 0)));
        new Models(token, accounts, datasets, clock, address(manager), ModelTerms(0, 0));
    }

    function test_GivenUsersOfModels_TheyAreAppointedOnceAndNoneIsNobody() public {
        Models fresh = new Models(token, accounts, datasets, clock, address(manager), modelTerms());
        address[3] memory users = [named("fine-tunes"), named("court"), named("unit court")];
        for (uint256 i = 0; i < 3; ++i) {
            address kept = users[i];
            users[i] = address(0);
            vm.expectRevert(abi.encodeWithSelector(IModels.Models_ZeroAddress.selector));
            fresh.appoint(users[0], users[1], users[2]);
            users[i] = kept;
        }
        vm.expectEmit(address(fresh));
        emit IModels.ModelUsersAppointed(users[0], users[1], users[2]);
        fresh.appoint(users[0], users[1], users[2]);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_AlreadyAppointed.selector, users[0], users[1], users[2]));
        fresh.appoint(users[0], users[1], users[2]);
    }

    /// @dev No less than the longest promise of a receipt, as of operators that are removed.
    function test_GivenTheNoticeOfChannels_ItIsOneToFourteenDays() public {
        channels.setNotice(1 days);
        channels.setNotice(14 days);
        refusesNotice(1 days - 1);
        refusesNotice(14 days + 1);
    }

    function test_GivenTermsOfTheLedger_EachIsWithinItsBounds() public {
        BondRule memory rule = bondRule();
        rule.noticeSeconds = 60 days;
        bonds.setRule(rule);
        ledger.setTerms(LedgerTerms(1 hours, 36 hours, 0, 100));
        ledger.setTerms(LedgerTerms(30 days, 14 days, 1_000 * OPEN, 1_000));
        refuses(LedgerTerms(1 hours - 1, WINDOW, OPEN, 200));
        refuses(LedgerTerms(30 days + 1, WINDOW, OPEN, 200));
        refuses(LedgerTerms(EPOCH, 1 days - 1, OPEN, 200));
        refuses(LedgerTerms(EPOCH, 14 days + 1, OPEN, 200));
        refuses(LedgerTerms(EPOCH, WINDOW, 1_000 * OPEN + 1, 200));
        refuses(LedgerTerms(EPOCH, WINDOW, OPEN, 99));
        refuses(LedgerTerms(EPOCH, WINDOW, OPEN, 1_001));
    }

    function test_GivenARuleOfBonds_EachIsWithinItsBounds() public {
        bonds.setRule(BondRule(OPEN, 1, 5_000, 0, 3 days, 7 days));
        bonds.setRule(BondRule(type(uint64).max, 1_000 * OPEN, 30_000, 5_000, 60 days, 60 days));
        refuses(BondRule(OPEN - 1, 1, 10_000, 3_000, 4 days, 14 days));
        refuses(BondRule(OPEN, 0, 10_000, 3_000, 4 days, 14 days));
        refuses(BondRule(OPEN, 1_000 * OPEN + 1, 10_000, 3_000, 4 days, 14 days));
        refuses(BondRule(OPEN, 1, 4_999, 0, 4 days, 14 days));
        refuses(BondRule(OPEN, 1, 30_001, 3_000, 4 days, 14 days));
        refuses(BondRule(OPEN, 1, 30_000, 5_001, 4 days, 14 days));
        refuses(BondRule(OPEN, 1, 10_000, 3_000, 60 days + 1, 14 days));
        refuses(BondRule(OPEN, 1, 10_000, 3_000, 4 days, 7 days - 1));
        refuses(BondRule(OPEN, 1, 10_000, 3_000, 4 days, 60 days + 1));
    }

    /// @dev Anyone who strikes itself loses half a fee at least.
    function test_GivenARatioAndABounty_WhatIsLostForGoodIsHalfAFeeAtLeast() public {
        bonds.setRule(BondRule(OPEN, 1, 10_000, 5_000, 4 days, 14 days));
        refuses(BondRule(OPEN, 1, 9_999, 5_000, 4 days, 14 days));
        bonds.setRule(BondRule(OPEN, 1, 5_000, 0, 4 days, 14 days));
        refuses(BondRule(OPEN, 1, 5_000, 1, 4 days, 14 days));
        bonds.setRule(BondRule(OPEN, 1, 6_250, 2_000, 4 days, 14 days));
        refuses(BondRule(OPEN, 1, 6_250, 2_001, 4 days, 14 days));
    }

    /// @dev A bond outlasts a window and an epoch, whichever of them is changed.
    function test_GivenAWindowAndAnEpoch_ABondsNoticeIsAsLong_AndTheOtherWayRound() public {
        BondRule memory rule = bondRule();
        rule.noticeSeconds = WINDOW + EPOCH - 1;
        refuses(rule);
        rule.noticeSeconds = WINDOW + EPOCH;
        bonds.setRule(rule);
        vm.assertEq(ledger.leastBondNotice(), WINDOW + EPOCH);

        refuses(LedgerTerms(EPOCH + 1, WINDOW, OPEN, 200));
        refuses(LedgerTerms(EPOCH, WINDOW + 1, OPEN, 200));
        ledger.setTerms(LedgerTerms(EPOCH - 1 hours, WINDOW + 1 hours, OPEN, 200));
        rule.noticeSeconds = 60 days;
        bonds.setRule(rule);
        ledger.setTerms(LedgerTerms(30 days, 14 days, OPEN, 200));
        rule.noticeSeconds = 44 days - 1;
        refuses(rule);
    }

    function refuses(ModelTerms memory terms) private {
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_TermsOutOfRange.selector, terms));
        models.setTerms(terms);
    }

    function refuses(LedgerTerms memory terms) private {
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_TermsOutOfRange.selector, terms));
        ledger.setTerms(terms);
    }

    function refuses(BondRule memory rule) private {
        vm.expectRevert(abi.encodeWithSelector(IBonds.Bonds_RuleOutOfRange.selector, rule));
        bonds.setRule(rule);
    }

    function refusesNotice(uint32 noticeSeconds) private {
        vm.expectRevert(abi.encodeWithSelector(IChannels.Channels_NoticeOutOfRange.selector, noticeSeconds));
        channels.setNotice(noticeSeconds);
    }
}
