// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {IClock} from "../../contracts/interfaces/IClock.sol";
import {Draft, IFineTunes, UnitPage} from "../../contracts/interfaces/IFineTunes.sol";
import {IModels} from "../../contracts/interfaces/IModels.sol";
import {ContributionId, ModelId} from "../../contracts/types/Ids.sol";
import {Registrar, Registration, Trained} from "./harness/Registrar.sol";
import {Vm} from "./harness/Test.sol";

/// @notice A fine-tune on two pages or more, of which the draft says how far it has come.
contract FineTunesPagesTest is Registrar {
    Draft private draft;
    ModelId private model;

    function test_WhenBegun_TheDraftIsToldAndNothingIsServed() public {
        Registration memory drawn = begun();
        vm.assertEq(fineTunes.draftHashOf(model), hashOf(drawn));
        vm.assertEq(draft.unitCount, 2);
        vm.assertEq(draft.jointDone, 9);
        vm.assertTrue(draft.jointOpen);
        vm.assertEq(ContributionId.unwrap(draft.last), ContributionId.unwrap(drawn.trained[2].id));
        vm.assertEq(draft.keptRows, 46);

        vm.assertEq(models.activeFrom(model), 0);
        bytes memory refusal = abi.encodeWithSelector(IModels.Models_NotServable.selector, model);
        vm.expectRevert(refusal);
        vm.prank(owner);
        models.setOperator(model, ownerAccount, true);
        vm.expectRevert(refusal);
        models.unitOf(model, 0);
        vm.expectRevert(refusal);
        models.recordingTerms(model, ownerAccount);
    }

    function test_WhenTheLastPageComes_TheModelIsRegisteredAndTold() public {
        Registration memory drawn = begun();
        UnitPage memory page = pageOf(drawn, 3, 5);
        bytes memory contributions = abi.encodePacked(drawn.trained[3].id, uint32(4), drawn.trained[4].id, uint32(20));
        vm.recordLogs();
        vm.prank(owner);
        fineTunes.continueFineTune(model, drawn.tune, draft, page);
        (uint16 firstUnit, bytes memory named, bytes memory units, bytes memory left) = toldIn(vm.getRecordedLogs());
        vm.assertEq(firstUnit, 2);
        vm.assertEq(named, contributions);
        vm.assertEq(units.length, 2 * 48);
        vm.assertEq(left.length, 0);
        expectRegistered(model, drawn);
    }

    function test_GivenAnyoneButItsOwner_WhenContinued_ItReverts() public {
        Registration memory drawn = begun();
        UnitPage memory page = pageOf(drawn, 3, 5);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NoAccount.selector, named("nobody")));
        vm.prank(named("nobody"));
        fineTunes.continueFineTune(model, drawn.tune, draft, page);
        vm.expectRevert(abi.encodeWithSelector(IFineTunes.FineTunes_NotOwner.selector, model, baseOwner));
        vm.prank(named("base owner"));
        fineTunes.continueFineTune(model, drawn.tune, draft, page);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_UnknownModel.selector, 99));
        vm.prank(owner);
        fineTunes.continueFineTune(ModelId.wrap(99), drawn.tune, draft, page);
    }

    function test_GivenAnotherDraft_WhenContinued_ItReverts() public {
        Registration memory drawn = begun();
        Draft memory right = draft;
        draft.fixedTotal += 1;
        refusesOther(drawn);
        draft = right;
        draft.unitCount -= 1;
        refusesOther(drawn);
        draft = right;
        draft.chunks[3] ^= 0x01;
        refusesOther(drawn);
        draft = right;
        draft.versionCounts += 2;
        refusesOther(drawn);
    }

    function test_GivenAnotherFineTune_WhenContinued_ItReverts() public {
        Registration memory drawn = begun();
        drawn.tune.shares.contributorBps -= 1;
        refusesOther(drawn);
        drawn.tune.shares.contributorBps += 1;
        drawn.tune.plan.maxPeak += 1;
        refusesOther(drawn);
    }

    /// @dev Fixed weights are worked out page by page from the total that the page gives.
    function test_GivenAnotherTotalThanOnTheFirstPage_WhenContinued_ItReverts() public {
        Registration memory drawn = drawnFive();
        bytes memory right = drawn.total;
        drawn.total = bytes.concat(right);
        drawn.total[0] ^= 0x01;
        (ModelId other, Draft memory told) = begin(drawn, pageOf(drawn, 0, 3));
        (model, draft) = (other, told);
        drawn.total = right;
        refusesOther(drawn);
    }

    function test_GivenADraftThatWasUsed_ItIsWorthNothing() public {
        Registration memory drawn = begun();
        Draft memory next = proceed(model, drawn, draft, pageOf(drawn, 3, 4));
        refusesOther(drawn);
        draft = next;
        proceed(model, drawn, draft, pageOf(drawn, 4, 5));
        expectRegistered(model, drawn);
        refusesOther(drawn);
    }

    function test_GivenTwoModelsBegunAlike_EachHasItsOwnDraft() public {
        Registration memory drawn = begun();
        (ModelId second, Draft memory told) = begin(drawn, pageOf(drawn, 0, 3));
        // Units are kept elsewhere, so drafts differ.
        vm.assertTrue(keccak256(abi.encode(told)) != keccak256(abi.encode(draft)));
        proceed(second, drawn, told, pageOf(drawn, 3, 5));
        proceed(model, drawn, draft, pageOf(drawn, 3, 5));
        expectRegistered(model, drawn);
        expectRegistered(second, drawn);
    }

    function test_GivenABaseModel_WhenContinued_ItReverts() public {
        Registration memory drawn = begun();
        model = base;
        UnitPage memory page = pageOf(drawn, 3, 5);
        vm.expectRevert(otherDraft(drawn));
        vm.prank(named("base owner"));
        fineTunes.continueFineTune(base, drawn.tune, draft, page);
    }

    function test_WhilePaused_NothingIsContinued() public {
        Registration memory drawn = begun();
        clock.pause();
        refuses(drawn, pageOf(drawn, 3, 5), abi.encodeWithSelector(IClock.Clock_Paused.selector, clock.pausedUntil()));
        clock.resume();
        proceed(model, drawn, draft, pageOf(drawn, 3, 5));
        expectRegistered(model, drawn);
    }

    function test_GivenAContributionOfThePageBefore_ItReverts() public {
        Registration memory drawn = begun();
        ContributionId last = drawn.trained[2].id;
        refuses(
            drawn,
            pageOf(drawn, 2, 5),
            abi.encodeWithSelector(IFineTunes.FineTunes_ContributionsUnsorted.selector, last, last)
        );
    }

    function test_GivenAContributionLeftOut_TheModelIsNeverRegistered() public {
        Registration memory drawn = begun();
        // The fourth is missing, and the fifth is named.
        UnitPage memory page = pageOf(drawn, 4, 5);
        page.units = packed(drawn.given[2]);
        Draft memory next = proceed(model, drawn, draft, page);
        vm.assertEq(models.activeFrom(model), 0);
        draft = next;
        refuses(
            drawn,
            pageOf(drawn, 3, 4),
            abi.encodeWithSelector(
                IFineTunes.FineTunes_ContributionsUnsorted.selector,
                drawn.trained[4].id,
                drawn.trained[3].id
            )
        );
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_NotServable.selector, model));
        models.rowTermsOf(model);
    }

    function test_GivenConsentWithdrawnBetweenPages_ThirtyDaysAreLeftForTheRest() public {
        Registration memory drawn = begun();
        uint40 until = uint40(block.timestamp + 30 days);
        vm.prank(accounts.payoutOf(drawn.trained[4].contributor));
        datasets.withdrawConsent(drawn.trained[4].id);
        vm.warp(until);
        refuses(
            drawn,
            pageOf(drawn, 3, 5),
            abi.encodeWithSelector(IFineTunes.FineTunes_ConsentWithdrawn.selector, drawn.trained[4].id, until)
        );
        vm.warp(until - 1);
        proceed(model, drawn, draft, pageOf(drawn, 3, 5));
        expectRegistered(model, drawn);
    }

    /// @dev Each page makes settlements a little dearer, so none is for nothing.
    function test_GivenAnEmptyPage_ItReverts() public {
        Registration memory drawn = begun();
        ModelId next = ModelId.wrap(models.modelCount() + 1);
        UnitPage memory page = pageOf(drawn, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IFineTunes.FineTunes_EmptyPage.selector, next));
        vm.prank(owner);
        fineTunes.registerFineTune(drawn.tune, page);
        refuses(drawn, pageOf(drawn, 3, 3), abi.encodeWithSelector(IFineTunes.FineTunes_EmptyPage.selector, model));
        proceed(model, drawn, draft, pageOf(drawn, 3, 5));
        expectRegistered(model, drawn);
    }

    /// @dev A sheet names 255 pages. What these complete is one joint unit, with the last.
    function test_GivenAsManyPagesAsASheetNames_TheLastMustFinish() public {
        Trained[] memory trained = contributeAll(dataset, repeated(1, 256));
        Registration memory drawn = draw("many pages", only(freeze(dataset)), trained, 0);
        for (uint256 i = 0; i < 2; ++i) {
            (model, draft) = begin(drawn, pageOf(drawn, 0, 1));
            for (uint256 c = 1; c < 254; ++c) draft = proceed(model, drawn, draft, pageOf(drawn, c, c + 1));
            if (i == 0) {
                draft = proceed(model, drawn, draft, pageOf(drawn, 254, 255));
                bytes memory refusal = abi.encodeWithSelector(IFineTunes.FineTunes_TooManyPages.selector, 255);
                refuses(drawn, pageOf(drawn, 255, 256), refusal);
            } else {
                proceed(model, drawn, draft, pageOf(drawn, 254, 256));
                expectRegistered(model, drawn);
            }
        }
    }

    /// @dev Five contributions, of which the first page names three: two that are paid alone, one that shares.
    function drawnFive() private returns (Registration memory) {
        uint32[] memory kept = new uint32[](5);
        (kept[0], kept[1], kept[2], kept[3], kept[4]) = (16, 9, 30, 4, 20);
        return drawKept("five", kept, 64);
    }

    function begun() private returns (Registration memory drawn) {
        return beginWith(drawnFive());
    }

    function beginWith(Registration memory drawn) private returns (Registration memory) {
        (ModelId started, Draft memory told) = begin(drawn, pageOf(drawn, 0, 3));
        (model, draft) = (started, told);
        return drawn;
    }

    function refuses(Registration memory drawn, UnitPage memory page, bytes memory refusal) private {
        vm.expectRevert(refusal);
        vm.prank(owner);
        fineTunes.continueFineTune(model, drawn.tune, draft, page);
    }

    function refusesOther(Registration memory drawn) private {
        refuses(drawn, pageOf(drawn, 3, 5), otherDraft(drawn));
    }

    function otherDraft(Registration memory drawn) private view returns (bytes memory) {
        bytes32 expected = fineTunes.draftHashOf(model);
        return abi.encodeWithSelector(IFineTunes.FineTunes_OtherDraft.selector, model, hashOf(drawn), expected);
    }

    function hashOf(Registration memory drawn) private view returns (bytes32) {
        Draft memory told = draft;
        return keccak256(abi.encodePacked(keccak256(abi.encode(drawn.tune)), keccak256(drawn.total), abi.encode(told)));
    }

    function toldIn(
        Vm.Log[] memory logs
    ) private pure returns (uint16 firstUnit, bytes memory named, bytes memory units, bytes memory left) {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IFineTunes.UnitsRegistered.selector) continue;
            return abi.decode(logs[i].data, (uint16, bytes, bytes, bytes));
        }
    }
}
