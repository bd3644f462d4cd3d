// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {IClock} from "../../contracts/interfaces/IClock.sol";
import {IDatasets} from "../../contracts/interfaces/IDatasets.sol";
import {IFineTunes, UnitPage, UnitPlan} from "../../contracts/interfaces/IFineTunes.sol";
import {FineTuneTerms, IModels, PayTerms, Royalty} from "../../contracts/interfaces/IModels.sol";
import {AccountId, ContributionId, DatasetId, ModelId, VersionId} from "../../contracts/types/Ids.sol";
import {GivenUnit, Registrar, Registration, Trained} from "./harness/Registrar.sol";

/// @notice Fine-tunes on one page: what is told of them, and every way in which one is refused.
contract FineTunesTest is Registrar {
    uint16 private constant DIMS = 64;

    /// @dev Two contributions of their own, one in two units, two that share.
    Registration private sound;

    function setUp() public override {
        super.setUp();
        uint32[] memory kept = new uint32[](5);
        (kept[0], kept[1], kept[2], kept[3], kept[4]) = (16, 9, 1_500, 4, 30);
        keep(drawKept("sound", kept, DIMS));
    }

    function test_WhenDeployed_ItUsesTheContractsOfModels() public view {
        vm.assertEq(address(fineTunes.models()), address(models));
        vm.assertEq(address(fineTunes.accounts()), address(accounts));
        vm.assertEq(address(fineTunes.datasets()), address(datasets));
        vm.assertEq(address(fineTunes.clock()), address(clock));
        vm.assertEq(fineTunes.MAX_VERSIONS(), 8);
    }

    function test_WhenRegisteredOnOnePage_AllOfItIsTold() public {
        Registration memory drawn = sound;
        uint32 id = models.modelCount() + 1;
        uint32 by = AccountId.unwrap(ownerAccount);
        Royalty[] memory royalties = new Royalty[](1);
        royalties[0] = Royalty(baseOwner, 300);
        FineTuneTerms memory terms = FineTuneTerms(base, drawn.tune.shares, drawn.tune.pay, DIMS);

        vm.expectEmit(address(models));
        emit IModels.FineTuneEntered(id, by, ModelId.unwrap(base), terms, royalties);
        vm.expectEmit(address(fineTunes));
        emit IFineTunes.FineTuneBegun(id, by, drawn.tune);
        vm.expectEmit(address(fineTunes));
        emit IFineTunes.UnitsRegistered(id, 0, packedContributions(drawn), keptUnits(drawn), "");
        vm.expectEmit(address(fineTunes));
        emit IFineTunes.FineTuneRegistered(
            id,
            indexRootOf(drawn),
            keccak256(drawn.total),
            uint64(normOf(drawn)),
            uint128(fixedTotalOf(drawn)),
            uint32(keptOf(drawn))
        );
        // Units are the first code that FineTunes creates, and what stands beside them the second.
        vm.expectEmit(address(models));
        emit IModels.ModelActivated(id, clock.time() + ACTIVATION, createdBy(address(fineTunes), 2));
        ModelId model = register(drawn);
        vm.assertEq(ModelId.unwrap(model), id);
        expectRegistered(model, drawn);
    }

    function test_GivenVersionsThatAreTooManyOrUnsorted_ItReverts() public {
        Registration memory drawn = sound;
        VersionId version = drawn.tune.versions[0];
        drawn.tune.versions = new VersionId[](0);
        refuses(drawn, abi.encodeWithSelector(IFineTunes.FineTunes_VersionsOutOfRange.selector, 0, 8));
        drawn.tune.versions = new VersionId[](9);
        refuses(drawn, abi.encodeWithSelector(IFineTunes.FineTunes_VersionsOutOfRange.selector, 9, 8));
        drawn.tune.versions = new VersionId[](2);
        (drawn.tune.versions[0], drawn.tune.versions[1]) = (version, version);
        refuses(drawn, abi.encodeWithSelector(IFineTunes.FineTunes_VersionsUnsorted.selector, version, version));
        VersionId next = VersionId.wrap(VersionId.unwrap(version) + 1);
        (drawn.tune.versions[0], drawn.tune.versions[1]) = (next, version);
        refuses(drawn, abi.encodeWithSelector(IFineTunes.FineTunes_VersionsUnsorted.selector, next, version));
        (drawn.tune.versions[0], drawn.tune.versions[1]) = (version, next);
        refuses(drawn, abi.encodeWithSelector(IDatasets.Datasets_UnknownVersion.selector, next));
        drawn.tune.versions = only(VersionId.wrap(0));
        refuses(drawn, abi.encodeWithSelector(IFineTunes.FineTunes_VersionsUnsorted.selector, 0, 0));
    }

    function test_GivenAPlanOutOfRange_ItReverts() public {
        refusesPlan(0, 16);
        refusesPlan(1_025, 16);
        refusesPlan(5, 15);
        refusesPlan(5, 333);
    }

    function test_GivenNoHashes_ItReverts() public {
        Registration memory drawn = sound;
        drawn.tune.adapterHash = 0;
        refuses(drawn, abi.encodeWithSelector(IFineTunes.FineTunes_ZeroHash.selector, "adapterHash"));
        drawn = sound;
        drawn.tune.manifestHash = 0;
        refuses(drawn, abi.encodeWithSelector(IFineTunes.FineTunes_ZeroHash.selector, "manifestHash"));
        drawn = sound;
        drawn.tune.index.fileHash = 0;
        refuses(drawn, abi.encodeWithSelector(IFineTunes.FineTunes_ZeroHash.selector, "index.fileHash"));
        drawn = sound;
        drawn.tune.index.dims = 0;
        refuses(drawn, abi.encodeWithSelector(IFineTunes.FineTunes_ZeroHash.selector, "index.fileHash"));
    }

    function test_GivenNoAccount_ItReverts() public {
        Registration memory drawn = sound;
        UnitPage memory page = wholePage(drawn);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NoAccount.selector, named("nobody")));
        vm.prank(named("nobody"));
        fineTunes.registerFineTune(drawn.tune, page);
    }

    function test_WhilePaused_NothingIsRegistered() public {
        clock.pause();
        Registration memory drawn = sound;
        refuses(drawn, abi.encodeWithSelector(IClock.Clock_Paused.selector, clock.pausedUntil()));
        clock.resume();
        expectRegistered(register(drawn), drawn);
    }

    function test_GivenContributionsThatAreNotAscending_ItReverts() public {
        Registration memory drawn = sound;
        UnitPage memory page = wholePage(drawn);
        (ContributionId first, ContributionId second) = (page.contributions[0], page.contributions[1]);
        (page.contributions[0], page.contributions[1]) = (second, first);
        (page.kept[0], page.kept[1]) = (page.kept[1], page.kept[0]);
        refuses(drawn, page, unsorted(second, first));

        page = wholePage(drawn);
        page.contributions[1] = first;
        refuses(drawn, page, unsorted(first, first));
        page = wholePage(drawn);
        page.contributions[0] = ContributionId.wrap(0);
        refuses(drawn, page, unsorted(ContributionId.wrap(0), ContributionId.wrap(0)));
    }

    function test_GivenAForeignContribution_ItReverts() public {
        vm.prank(named(contributorName(0)));
        ContributionId submitted = datasets.contribute(dataset, keccak256("terms"), keccak256("submitted"), 16);
        refusesForeign(submitted);
        ContributionId[] memory late = new ContributionId[](1);
        late[0] = submitted;
        vm.prank(curator);
        datasets.accept(late);
        refusesForeign(submitted);
        refusesForeign(ContributionId.wrap(bytes32(uint256(1))));
    }

    function test_GivenAContributionOfAnotherDataset_ItReverts() public {
        vm.prank(named("another curator"));
        DatasetId other = datasets.register(datasetTerms());
        Trained[] memory foreign = contributeAll(other, repeated(20, 1));
        freeze(other);
        refusesForeign(foreign[0].id);
    }

    function test_GivenConsentWithdrawn_AVersionMayBeUsedForThirtyDaysMore() public {
        Registration memory drawn = sound;
        uint40 until = uint40(block.timestamp + 30 days);
        Trained memory leaving = drawn.trained[2];
        vm.prank(accounts.payoutOf(leaving.contributor));
        datasets.withdrawConsent(leaving.id);

        vm.warp(until - 1);
        expectRegistered(register(drawn), drawn);
        vm.warp(until);
        refuses(drawn, abi.encodeWithSelector(IFineTunes.FineTunes_ConsentWithdrawn.selector, leaving.id, until));
    }

    function test_GivenMoreKeptRowsThanItems_ItReverts() public {
        Registration memory drawn = sound;
        UnitPage memory page = wholePage(drawn);
        page.kept[0] = drawn.trained[0].items + 1;
        refuses(
            drawn,
            page,
            abi.encodeWithSelector(
                IFineTunes.FineTunes_KeptOutOfRange.selector,
                drawn.trained[0].id,
                drawn.trained[0].items + 1,
                drawn.trained[0].items
            )
        );
    }

    function test_GivenAnEqualSplit_EveryItemIsKept() public {
        Registration memory drawn = equalSplit();
        UnitPage memory page = wholePage(drawn);
        page.kept[1] = drawn.trained[1].items - 1;
        refuses(
            drawn,
            page,
            abi.encodeWithSelector(
                IFineTunes.FineTunes_KeptOutOfRange.selector,
                drawn.trained[1].id,
                drawn.trained[1].items - 1,
                drawn.trained[1].items
            )
        );
    }

    function test_GivenUnevenLists_ItReverts() public {
        Registration memory drawn = sound;
        UnitPage memory page = wholePage(drawn);
        page.kept = new uint32[](4);
        refuses(drawn, page, abi.encodeWithSelector(IFineTunes.FineTunes_PageLengths.selector, 5, 4));
    }

    function test_GivenTooFewUnits_ItReverts() public {
        Registration memory drawn = sound;
        UnitPage memory page = wholePage(drawn);
        // A byte is missing of the fifth.
        page.units = first(page.units, page.units.length - 1);
        refuses(drawn, page, unitsOutOfRange(4, 5));
        page.units = "";
        refuses(drawn, page, unitsOutOfRange(0, 1));
    }

    function test_GivenTooManyUnits_ItReverts() public {
        Registration memory drawn = sound;
        UnitPage memory page = wholePage(drawn);
        page.units = abi.encodePacked(page.units, packed(drawn.given[0]));
        refuses(drawn, page, unitsOutOfRange(6, 5));
        page = wholePage(drawn);
        page.units = abi.encodePacked(page.units, uint8(0));
        refuses(drawn, page, unitsOutOfRange(5, 5));
    }

    function test_GivenAPlanOfMoreOrFewerUnits_ItReverts() public {
        Registration memory drawn = sound;
        drawn.tune.plan.count = 4;
        refuses(drawn, unitsOutOfRange(5, 4));
        drawn.tune.plan.count = 6;
        refuses(drawn, unitsOutOfRange(5, 6));
    }

    function test_GivenRowsThatAreNotThoseOfItsContributions_ItReverts() public {
        Registration memory drawn = sound;
        // Unit 0 has contribution 0 alone.
        uint32 items = drawn.trained[0].items;
        drawn.given[0].rows = items + 1;
        refuses(drawn, rowsOutOfRange(0, items + 1, items));
        drawn.given[0].rows = items - 1;
        refuses(drawn, rowsOutOfRange(0, items - 1, items));
        drawn.given[0].rows = 15;
        refuses(drawn, rowsOutOfRange(0, 15, 16));
    }

    function test_GivenRowsOfAContributionInSeveralUnits_OnlyTheirSumIsGiven() public {
        Registration memory drawn = sound;
        uint32 items = drawn.trained[2].items;
        drawn.given[1].rows -= 1;
        drawn.given[2].rows += 1;
        ModelId model = register(drawn);
        expectRegistered(model, drawn);
        drawn.given[2].rows += 1;
        refuses(drawn, rowsOutOfRange(2, items + 1, items));
        // 750 kept rows.
        drawn.given[1].rows = 749;
        drawn.given[2].rows = items - 749;
        refuses(drawn, rowsOutOfRange(1, 749, 750));
    }

    function test_GivenAJointUnitsRows_TheyAreAllOfItsMembers() public {
        Registration memory drawn = sound;
        uint32 items = drawn.trained[1].items + drawn.trained[3].items;
        vm.assertTrue(drawn.units[4].isJoint);
        vm.assertEq(drawn.given[4].rows, items);
        drawn.given[4].rows = items - 1;
        refuses(drawn, rowsOutOfRange(4, items - 1, items));
        drawn.given[4].rows = items + 1;
        refuses(drawn, rowsOutOfRange(4, items + 1, items));
        drawn.given[4].rows = 12;
        refuses(drawn, rowsOutOfRange(4, 12, 13));
    }

    function test_GivenTheNibbleEight_ItReverts() public {
        Registration memory drawn = sound;
        for (uint256 u = 0; u < drawn.given.length; ++u) {
            int256 before = drawn.given[u].codes[u];
            drawn.given[u].codes[u] = -8;
            refuses(drawn, abi.encodeWithSelector(IFineTunes.FineTunes_SketchOutOfRange.selector, u));
            drawn.given[u].codes[u] = before;
        }
    }

    function test_GivenAPeakAboveTheGreatest_ItReverts() public {
        Registration memory drawn = sound;
        uint32 most = drawn.tune.plan.maxPeak;
        drawn.given[1].peak = most + 1;
        refuses(drawn, peakOutOfRange(1, most + 1, most));
    }

    function test_GivenAPeakWithoutCodesOrCodesWithoutAPeak_ItReverts() public {
        Registration memory drawn = sound;
        uint32 most = drawn.tune.plan.maxPeak;
        int256[] memory codes = drawn.given[3].codes;
        drawn.given[3].codes = new int256[](DIMS);
        drawn.given[3].peak = 5;
        refuses(drawn, peakOutOfRange(3, 5, most));
        drawn.given[3].codes = codes;
        drawn.given[3].codes[0] = 1;
        drawn.given[3].peak = 0;
        refuses(drawn, peakOutOfRange(3, 0, most));
    }

    function test_GivenAGreatestPeakThatNobodyReaches_ItReverts() public {
        Registration memory drawn = sound;
        uint32 most = drawn.tune.plan.maxPeak;
        drawn.tune.plan.maxPeak = most + 1;
        drawn.total = totalOf(drawn);
        refuses(drawn, abi.encodeWithSelector(IFineTunes.FineTunes_PeakUnreached.selector, most, most + 1));
        Registration memory equal = equalSplit();
        equal.tune.plan.maxPeak = 1;
        refuses(equal, abi.encodeWithSelector(IFineTunes.FineTunes_PeakUnreached.selector, 0, 1));
    }

    function test_GivenOtherJointRowsThanPlanned_ItReverts() public {
        Registration memory drawn = sound;
        drawn.tune.plan.jointRows = 12;
        refuses(drawn, abi.encodeWithSelector(IFineTunes.FineTunes_JointRowsDiffer.selector, 13, 12));
        drawn.tune.plan.jointRows = 14;
        refuses(drawn, abi.encodeWithSelector(IFineTunes.FineTunes_JointRowsDiffer.selector, 13, 14));
    }

    function test_GivenAMinimumAboveTheLeast_ItReverts() public {
        Registration memory drawn = sound;
        drawn.tune.plan.minimumRows = 17;
        // The contribution of sixteen rows shares too: one unit less, but the one below would not be too many.
        drawn.tune.plan.count = 4;
        drawn.tune.plan.jointRows = 29;
        GivenUnit[] memory given = drawn.given;
        UnitPage memory page = wholePage(drawn);
        uint32 jointRows = drawn.trained[0].items + drawn.trained[1].items + drawn.trained[3].items;
        GivenUnit memory joint = GivenUnit(keccak256("joint"), jointRows, given[4].peak, given[4].codes);
        page.units = abi.encodePacked(packed(given[1]), packed(given[2]), packed(given[3]), packed(joint));
        drawn.tune.plan.maxPeak = mostOf(given[1].peak, given[2].peak, given[3].peak, joint.peak);
        refuses(drawn, page, abi.encodeWithSelector(IFineTunes.FineTunes_MinimumTooHigh.selector, 17, 5));
    }

    function test_GivenATotalThatIsNotTheSum_ItReverts() public {
        Registration memory drawn = sound;
        bytes memory right = drawn.total;
        for (uint256 i = 3; i < right.length; i += 68) {
            drawn.total = bytes.concat(right);
            drawn.total[i] ^= 0x01;
            refuses(drawn, totalDiffers(keccak256(right), keccak256(drawn.total)));
        }
        drawn.total = first(right, right.length - 4);
        refuses(drawn, totalDiffers(0, keccak256(drawn.total)));
        drawn.total = abi.encodePacked(right, uint32(1 << 29));
        refuses(drawn, totalDiffers(0, keccak256(drawn.total)));
        drawn.total = "";
        refuses(drawn, totalDiffers(0, keccak256("")));
    }

    function test_GivenAnEqualSplit_NoUnitsAndNoTotalAreGiven() public {
        Registration memory drawn = equalSplit();
        drawn.total = hex"20000000";
        refuses(drawn, totalDiffers(0, keccak256(drawn.total)));
        drawn.total = "";
        UnitPage memory page = wholePage(drawn);
        page.units = new bytes(40);
        refuses(drawn, page, unitsOutOfRange(1, 3));
        expectRegistered(register(drawn), drawn);
    }

    function test_GivenTermsOutOfRange_ModelsRefusesThem() public {
        Registration memory drawn = sound;
        drawn.tune.parent = ModelId.wrap(99);
        refuses(drawn, abi.encodeWithSelector(IModels.Models_UnknownModel.selector, 99));
        drawn = sound;
        drawn.tune.index.dims = 96;
        refuses(drawn, abi.encodeWithSelector(IModels.Models_DimsOutOfRange.selector, 96));
        drawn = sound;
        drawn.tune.pay = PayTerms(0, 4_999, true, 1);
        refuses(drawn, abi.encodeWithSelector(IModels.Models_PayOutOfRange.selector, drawn.tune.pay, DIMS));
    }

    function test_GivenSeveralVersionsWithContributionsInCommon_EachIsNamedOnce() public {
        // Five versions of this dataset, of which two are alike, and three of another.
        uint32[] memory some = new uint32[](3);
        (some[0], some[1], some[2]) = (16, 20, 5);
        vm.prank(named("another curator"));
        DatasetId other = datasets.register(datasetTerms());
        VersionId[] memory versions = new VersionId[](8);
        versions[0] = sound.tune.versions[0];
        Trained[] memory more = contributeMore(dataset, some, "more");
        versions[1] = freeze(dataset);
        versions[2] = freeze(dataset);
        vm.prank(accounts.payoutOf(more[0].contributor));
        datasets.withdrawConsent(more[0].id);
        versions[3] = freeze(dataset);
        Trained[] memory most = contributeMore(dataset, some, "most");
        versions[4] = freeze(dataset);
        Trained[] memory others = contributeMore(other, some, "others");
        versions[5] = freeze(other);
        Trained[] memory rest = contributeMore(other, some, "rest");
        versions[6] = freeze(other);
        versions[7] = freeze(other);

        Registration memory drawn = sound;
        Trained[] memory all = joined(joined(drawn.trained, more), joined(joined(most, others), rest));
        sort(all);
        drawn = draw("eight versions", versions, all, DIMS);
        vm.assertEq(drawn.trained.length, 17);
        expectRegistered(register(drawn), drawn);
        expectRegistered(registerInPages(drawn, cutsAt(3, 11)), drawn);

        // Without the fifth, three contributions are foreign.
        VersionId[] memory fewer = new VersionId[](4);
        (fewer[0], fewer[1], fewer[2], fewer[3]) = (versions[0], versions[1], versions[3], versions[7]);
        drawn.tune.versions = fewer;
        ContributionId foreign = most[0].id;
        for (uint256 i = 1; i < 3; ++i) {
            if (ContributionId.unwrap(most[i].id) < ContributionId.unwrap(foreign)) foreign = most[i].id;
        }
        refuses(drawn, abi.encodeWithSelector(IFineTunes.FineTunes_NotIncluded.selector, foreign));
    }

    // What follows makes the tests above read well.

    /// @dev The address of what a contract creates as its n-th, counting from 1.
    function createdBy(address creator, uint8 number) private pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encodePacked(hex"d694", creator, number)))));
    }

    function keep(Registration memory drawn) private {
        sound.tune = drawn.tune;
        sound.total = drawn.total;
        for (uint256 i = 0; i < drawn.trained.length; ++i) sound.trained.push(drawn.trained[i]);
        for (uint256 i = 0; i < drawn.units.length; ++i) sound.units.push(drawn.units[i]);
        for (uint256 i = 0; i < drawn.given.length; ++i) sound.given.push(drawn.given[i]);
    }

    function refuses(Registration memory drawn, bytes memory refusal) private {
        refuses(drawn, wholePage(drawn), refusal);
    }

    function refuses(Registration memory drawn, UnitPage memory page, bytes memory refusal) private {
        vm.expectRevert(refusal);
        vm.prank(owner);
        fineTunes.registerFineTune(drawn.tune, page);
    }

    function refusesPlan(uint16 count, uint16 minimum) private {
        Registration memory drawn = sound;
        drawn.tune.plan = UnitPlan(count, minimum, 13, drawn.tune.plan.maxPeak);
        refuses(drawn, abi.encodeWithSelector(IFineTunes.FineTunes_PlanOutOfRange.selector, drawn.tune.plan));
    }

    /// @dev In the place where its id belongs.
    function refusesForeign(ContributionId foreign) private {
        Registration memory drawn = sound;
        UnitPage memory page = wholePage(drawn);
        uint256 place = 0;
        while (place < 5 && ContributionId.unwrap(page.contributions[place]) < ContributionId.unwrap(foreign)) ++place;
        if (place == 5) place = 4;
        page.contributions[place] = foreign;
        refuses(drawn, page, abi.encodeWithSelector(IFineTunes.FineTunes_NotIncluded.selector, foreign));
    }

    function packedContributions(Registration memory drawn) private pure returns (bytes memory told) {
        for (uint256 c = 0; c < drawn.trained.length; ++c) {
            told = abi.encodePacked(told, drawn.trained[c].id, drawn.trained[c].kept);
        }
    }

    /// @dev Units as they are kept, one after the other.
    function keptUnits(Registration memory drawn) private pure returns (bytes memory told) {
        uint256[] memory scales = scalesOf(drawn);
        (, uint256[] memory weights) = fixedWeightsOf(drawn);
        for (uint256 u = 0; u < drawn.units.length; ++u) {
            AccountId payee = drawn.trained[drawn.units[u].first].contributor;
            if (drawn.units[u].isJoint) payee = AccountId.wrap(0);
            bytes memory given = packed(drawn.given[u]);
            told = abi.encodePacked(told, payee, uint16(drawn.units[u].kept), uint16(scales[u]), uint64(weights[u]));
            told = abi.encodePacked(told, last(given, given.length - 40));
        }
    }

    function fixedTotalOf(Registration memory drawn) private pure returns (uint256 sum) {
        (, uint256[] memory weights) = fixedWeightsOf(drawn);
        for (uint256 u = 0; u < weights.length; ++u) sum += weights[u];
    }

    /// @dev Three contributions of another dataset, two of which are paid alone.
    function equalSplit() private returns (Registration memory) {
        vm.prank(curator);
        dataset = datasets.register(datasetTerms());
        uint32[] memory items = new uint32[](3);
        (items[0], items[1], items[2]) = (16, 20, 3);
        return draw("equal split", items, 0);
    }

    function mostOf(uint32 a, uint32 b, uint32 c, uint32 d) private pure returns (uint32 most) {
        most = a > b ? a : b;
        if (c > most) most = c;
        if (d > most) most = d;
    }

    function cutsAt(uint256 a, uint256 b) private pure returns (uint256[] memory cuts) {
        cuts = new uint256[](2);
        (cuts[0], cuts[1]) = (a, b);
    }

    function unsorted(ContributionId previous, ContributionId next) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IFineTunes.FineTunes_ContributionsUnsorted.selector, previous, next);
    }

    function unitsOutOfRange(uint256 found, uint256 expected) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IFineTunes.FineTunes_UnitsOutOfRange.selector, found, expected);
    }

    function rowsOutOfRange(uint256 unit, uint256 rows, uint256 expected) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IFineTunes.FineTunes_RowsOutOfRange.selector, unit, rows, expected);
    }

    function peakOutOfRange(uint256 unit, uint32 peak, uint32 most) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IFineTunes.FineTunes_PeakOutOfRange.selector, unit, peak, most);
    }

    function totalDiffers(bytes32 found, bytes32 given) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IFineTunes.FineTunes_TotalDiffers.selector, found, given);
    }

    function first(bytes memory data, uint256 length) private pure returns (bytes memory shorter) {
        shorter = new bytes(length);
        for (uint256 i = 0; i < length; ++i) shorter[i] = data[i];
    }

    function last(bytes memory data, uint256 length) private pure returns (bytes memory shorter) {
        shorter = new bytes(length);
        for (uint256 i = 0; i < length; ++i) shorter[i] = data[data.length - length + i];
    }
}
