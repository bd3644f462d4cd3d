// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {
    Contribution,
    ContributionStatus,
    Dataset,
    DatasetTerms,
    IDatasets,
    Member,
    Version
} from "../../contracts/interfaces/IDatasets.sol";
import {AccountId, ContributionId, DatasetId, VersionId} from "../../contracts/types/Ids.sol";
import {World} from "./harness/World.sol";

contract DatasetsTest is World {
    address private curator = named("curator");
    address private alice = named("alice");
    address private bob = named("bob");
    bytes32 private constant ITEMS = keccak256("items");
    bytes32 private constant TERMS = keccak256("terms");

    DatasetId private dataset;
    AccountId private aliceAccount;

    function setUp() public override {
        super.setUp();
        aliceAccount = openAccount("alice");
        openAccount("bob");
        vm.prank(curator);
        dataset = datasets.register(datasetTerms());
    }

    function test_WhenRegistered_TheCallerCurates() public {
        DatasetTerms memory terms = datasetTerms();
        vm.expectEmit(address(datasets));
        emit IDatasets.DatasetRegistered(2, bob, terms.licence, terms.termsHash, terms.metadataHash, terms.metadataURI);
        vm.prank(bob);
        DatasetId second = datasets.register(terms);

        vm.assertEq(DatasetId.unwrap(second), 2);
        vm.assertEq(datasets.datasetCount(), 2);
        vm.assertEq(datasets.termsHashOf(second), terms.termsHash);
        vm.assertEq(
            abi.encode(datasets.datasetOf(second)),
            abi.encode(Dataset({curator: bob, contributionCount: 0, acceptedCount: 0, versionCount: 0}))
        );
    }

    function test_WhenRegisteredWithoutLicence_ItReverts() public {
        DatasetTerms memory terms = datasetTerms();
        terms.licence = "";
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_EmptyLicence.selector));
        datasets.register(terms);
    }

    function test_GivenAnUnknownDataset_WhenUsed_ItReverts() public {
        DatasetId unknown = DatasetId.wrap(7);
        bytes memory refusal = abi.encodeWithSelector(IDatasets.Datasets_UnknownDataset.selector, unknown);
        vm.expectRevert(refusal);
        datasets.datasetOf(unknown);
        vm.expectRevert(refusal);
        datasets.termsHashOf(unknown);
        vm.expectRevert(refusal);
        datasets.acceptCuration(unknown);
        vm.expectRevert(refusal);
        datasets.freeze(unknown);
        vm.expectRevert(refusal);
        vm.prank(alice);
        datasets.contribute(unknown, TERMS, ITEMS, 1);
    }

    function test_GivenAProposedCurator_WhenItAccepts_ItCurates() public {
        vm.expectEmit(address(datasets));
        emit IDatasets.CuratorProposed(1, curator, bob);
        vm.prank(curator);
        datasets.proposeCurator(dataset, bob);

        vm.expectEmit(address(datasets));
        emit IDatasets.CuratorChanged(1, curator, bob);
        vm.prank(bob);
        datasets.acceptCuration(dataset);

        vm.assertEq(datasets.datasetOf(dataset).curator, bob);
    }

    function test_GivenAStranger_WhenItTakesACuratorsPart_ItReverts() public {
        ContributionId contribution = contribute(alice);
        bytes memory refusal = abi.encodeWithSelector(IDatasets.Datasets_NotCurator.selector, dataset, bob, curator);
        vm.startPrank(bob);
        vm.expectRevert(refusal);
        datasets.proposeCurator(dataset, bob);
        vm.expectRevert(refusal);
        datasets.accept(only(contribution));
        vm.expectRevert(refusal);
        datasets.reject(contribution);
        vm.expectRevert(refusal);
        datasets.freeze(dataset);
        vm.expectRevert(
            abi.encodeWithSelector(IDatasets.Datasets_NotProposedCurator.selector, dataset, bob, address(0))
        );
        datasets.acceptCuration(dataset);
    }

    function test_WhenContributed_ItIsStoredUnderItsContent() public {
        ContributionId expected = ContributionId.wrap(keccak256(abi.encode(dataset, aliceAccount, ITEMS, uint32(3))));
        vm.expectEmit(address(datasets));
        emit IDatasets.ContributionSubmitted(ContributionId.unwrap(expected), 1, 2, ITEMS, 3);
        ContributionId contribution = contribute(alice);

        vm.assertEq(ContributionId.unwrap(contribution), ContributionId.unwrap(expected));
        vm.assertEq(
            abi.encode(datasets.contributionOf(contribution)),
            abi.encode(Contribution(aliceAccount, dataset, 3, 0, 0, 0, ContributionStatus.Submitted))
        );
        vm.assertEq(datasets.datasetOf(dataset).contributionCount, 1);
    }

    function test_GivenNoAccount_WhenContributing_ItReverts() public {
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NoAccount.selector, curator));
        contribute(curator);
    }

    function test_GivenNoItems_WhenContributing_ItReverts() public {
        bytes memory refusal = abi.encodeWithSelector(IDatasets.Datasets_EmptyContribution.selector, dataset);
        vm.startPrank(alice);
        vm.expectRevert(refusal);
        datasets.contribute(dataset, TERMS, ITEMS, 0);
        vm.expectRevert(refusal);
        datasets.contribute(dataset, TERMS, 0, 3);
    }

    function test_GivenTheSameItems_WhenContributedTwice_ItReverts() public {
        ContributionId contribution = contribute(alice);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_AlreadySubmitted.selector, contribution));
        contribute(alice);
    }

    function test_GivenSubmissions_WhenAccepted_TheOrderOfAcceptanceIsKept() public {
        ContributionId first = contribute(bob);
        ContributionId second = contribute(alice);
        (uint48 count, ) = datasets.journal();
        ContributionId[] memory both = new ContributionId[](2);
        (both[0], both[1]) = (second, first);

        vm.expectEmit(address(datasets));
        emit IDatasets.ContributionAccepted(ContributionId.unwrap(second), 1, count + 1);
        vm.expectEmit(address(datasets));
        emit IDatasets.ContributionAccepted(ContributionId.unwrap(first), 1, count + 2);
        vm.prank(curator);
        datasets.accept(both);

        vm.assertEq(datasets.contributionOf(second).acceptedAt, count + 1);
        vm.assertEq(datasets.contributionOf(first).acceptedAt, count + 2);
        vm.assertTrue(datasets.contributionOf(first).status == ContributionStatus.Accepted);
        vm.assertEq(datasets.datasetOf(dataset).acceptedCount, 2);
    }

    function test_WhenRejected_ItCanNeitherBeAcceptedNorWithdrawn() public {
        ContributionId contribution = contribute(alice);
        vm.expectEmit(address(datasets));
        emit IDatasets.ContributionRejected(ContributionId.unwrap(contribution), 1);
        vm.prank(curator);
        datasets.reject(contribution);

        vm.prank(curator);
        datasets.accept(only(contribution));
        vm.assertTrue(datasets.contributionOf(contribution).status == ContributionStatus.Rejected);
        bytes memory refusal = abi.encodeWithSelector(
            IDatasets.Datasets_WrongStatus.selector,
            contribution,
            ContributionStatus.Rejected
        );
        vm.expectRevert(refusal);
        vm.prank(curator);
        datasets.reject(contribution);
        vm.expectRevert(refusal);
        vm.prank(alice);
        datasets.withdrawConsent(contribution);
    }

    function test_GivenAListOfWhichSomeWereDealtWithAlready_WhenAccepted_TheOthersAreAcceptedAllTheSame() public {
        ContributionId withdrawn = contribute(alice);
        ContributionId accepted = acceptOf(bob);
        vm.prank(alice);
        datasets.withdrawConsent(withdrawn);
        vm.prank(alice);
        ContributionId fresh = datasets.contribute(dataset, TERMS, keccak256("more items"), 5);
        (uint48 count, ) = datasets.journal();
        uint48 before = datasets.contributionOf(accepted).acceptedAt;

        ContributionId[] memory all = new ContributionId[](4);
        (all[0], all[1], all[2], all[3]) = (withdrawn, accepted, fresh, fresh);
        vm.prank(curator);
        datasets.accept(all);

        vm.assertTrue(datasets.contributionOf(withdrawn).status == ContributionStatus.Withdrawn);
        vm.assertEq(datasets.contributionOf(accepted).acceptedAt, before);
        vm.assertEq(datasets.contributionOf(fresh).acceptedAt, count + 1);
        vm.assertEq(datasets.datasetOf(dataset).acceptedCount, 2);
        (uint48 after_, ) = datasets.journal();
        vm.assertEq(after_, count + 1);
    }

    function test_GivenContributionsOfAnotherCurator_WhenAccepted_NoneOfTheListIs() public {
        ContributionId mine = contribute(alice);
        vm.prank(bob);
        DatasetId foreign = datasets.register(datasetTerms());
        vm.prank(alice);
        ContributionId theirs = datasets.contribute(foreign, TERMS, ITEMS, 3);
        ContributionId[] memory both = new ContributionId[](2);
        (both[0], both[1]) = (mine, theirs);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_NotCurator.selector, foreign, curator, bob));
        vm.prank(curator);
        datasets.accept(both);
        vm.assertTrue(datasets.contributionOf(mine).status == ContributionStatus.Submitted);
    }

    function test_GivenTwoThousandAcceptedContributions_WhenOneMoreIsAccepted_ItReverts() public {
        ContributionId[] memory most = new ContributionId[](2_000);
        vm.startPrank(alice);
        for (uint256 i = 0; i < most.length; ++i) {
            most[i] = datasets.contribute(dataset, TERMS, keccak256(abi.encode(i)), 1);
        }
        vm.stopPrank();
        ContributionId oneMore = contribute(bob);
        vm.startPrank(curator);
        datasets.accept(most);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_TooManyContributions.selector, dataset, 2_000));
        datasets.accept(only(oneMore));
        vm.stopPrank();
        vm.assertEq(datasets.versionOf(freeze()).contributionCount, 2_000);

        vm.prank(alice);
        datasets.withdrawConsent(most[7]);
        vm.prank(curator);
        datasets.accept(only(oneMore));
        vm.assertEq(datasets.datasetOf(dataset).acceptedCount, 2_000);
    }

    function test_GivenOtherTerms_WhenContributing_ItReverts() public {
        bytes32 other = keccak256("other terms");
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_OtherTerms.selector, dataset, other, TERMS));
        vm.prank(alice);
        datasets.contribute(dataset, other, ITEMS, 3);
    }

    function test_GivenAnUnknownContribution_WhenUsed_ItReverts() public {
        ContributionId unknown = ContributionId.wrap(keccak256("unknown"));
        bytes memory refusal = abi.encodeWithSelector(IDatasets.Datasets_UnknownContribution.selector, unknown);
        vm.expectRevert(refusal);
        datasets.contributionOf(unknown);
        vm.expectRevert(refusal);
        datasets.withdrawConsent(unknown);
        vm.expectRevert(refusal);
        datasets.accept(only(unknown));
    }

    function test_GivenAnAcceptedContribution_WhenConsentIsWithdrawn_LaterVersionsExcludeIt() public {
        ContributionId withdrawn = acceptOf(alice);
        ContributionId kept = acceptOf(bob);
        VersionId before = freeze();
        (uint48 count, ) = datasets.journal();

        vm.expectEmit(address(datasets));
        emit IDatasets.ConsentWithdrawn(ContributionId.unwrap(withdrawn), 1, 2, count + 1);
        vm.prank(alice);
        datasets.withdrawConsent(withdrawn);
        VersionId later = freeze();

        vm.assertTrue(datasets.includes(before, withdrawn));
        vm.assertTrue(datasets.includes(before, kept));
        vm.assertFalse(datasets.includes(later, withdrawn));
        vm.assertTrue(datasets.includes(later, kept));
        vm.assertEq(datasets.contributionOf(withdrawn).withdrawnAt, count + 1);
        vm.assertEq(datasets.contributionOf(withdrawn).withdrawnTime, block.timestamp);
        vm.assertEq(datasets.datasetOf(dataset).acceptedCount, 1);
    }

    function test_GivenASubmission_WhenConsentIsWithdrawn_ItCannotBeAccepted() public {
        ContributionId contribution = contribute(alice);
        vm.prank(alice);
        datasets.withdrawConsent(contribution);
        vm.prank(curator);
        datasets.accept(only(contribution));
        vm.assertTrue(datasets.contributionOf(contribution).status == ContributionStatus.Withdrawn);
        vm.assertEq(datasets.datasetOf(dataset).acceptedCount, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IDatasets.Datasets_WrongStatus.selector, contribution, ContributionStatus.Withdrawn)
        );
        vm.prank(alice);
        datasets.withdrawConsent(contribution);
    }

    function test_GivenAStranger_WhenWithdrawingConsent_ItReverts() public {
        ContributionId contribution = contribute(alice);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_NotContributor.selector, contribution, bob));
        vm.prank(bob);
        datasets.withdrawConsent(contribution);
    }

    function test_WhenFrozen_TheVersionIsAMomentWithACount() public {
        acceptOf(alice);
        acceptOf(bob);
        (uint48 count, ) = datasets.journal();
        vm.expectEmit(address(datasets));
        emit IDatasets.VersionFrozen((uint64(1) << 32) | 1, 1, count + 1, 2);
        VersionId version = freeze();

        vm.assertEq(VersionId.unwrap(version), (uint64(1) << 32) | 1);
        vm.assertEq(
            abi.encode(datasets.versionOf(version)),
            abi.encode(Version({frozenAt: count + 1, contributionCount: 2, itemCount: 6}))
        );
        vm.assertEq(VersionId.unwrap(freeze()), (uint64(1) << 32) | 2);
    }

    function test_GivenNothingAccepted_WhenFrozen_ItReverts() public {
        contribute(alice);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_NothingToFreeze.selector, dataset));
        vm.prank(curator);
        datasets.freeze(dataset);
    }

    function test_GivenAnUnknownVersion_WhenAskedFor_ItReverts() public {
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_UnknownVersion.selector, 5));
        datasets.versionOf(VersionId.wrap(5));
    }

    function test_GivenAnotherDataset_WhenAskedFor_ItsVersionDoesNotIncludeTheContribution() public {
        ContributionId mine = acceptOf(alice);
        vm.assertFalse(datasets.includes(versionOfAnotherDataset(), mine));
    }

    function test_GivenVersionsAndContributions_WhenAModelAsks_EachIsToldWhatItIs() public {
        ContributionId early = acceptOf(alice);
        VersionId first = freeze();
        ContributionId late = acceptOf(bob);
        VersionId second = freeze();
        VersionId third = versionOfAnotherDataset();
        vm.prank(bob);
        datasets.withdrawConsent(late);
        uint40 until = uint40(block.timestamp + 30 days);
        ContributionId unknown = ContributionId.wrap(keccak256("unknown"));

        VersionId[] memory versions = new VersionId[](3);
        (versions[0], versions[1], versions[2]) = (first, second, third);
        ContributionId[] memory asked = new ContributionId[](3);
        (asked[0], asked[1], asked[2]) = (early, late, unknown);
        Member[] memory expected = new Member[](3);
        expected[0] = Member(aliceAccount, 3, 3, type(uint40).max);
        expected[1] = Member(accounts.accountOf(bob), 3, 2, until);
        expected[2] = Member(AccountId.wrap(0), 0, 0, type(uint40).max);
        vm.assertEq(abi.encode(datasets.membersOf(versions, asked)), abi.encode(expected));

        versions[2] = VersionId.wrap(5);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_UnknownVersion.selector, 5));
        datasets.membersOf(versions, asked);
    }

    function test_GivenOneBlock_WhenAcceptedWithdrawnAndFrozenInIt_TheOrderDecides() public {
        ContributionId contribution = acceptOf(alice);
        acceptOf(bob);
        VersionId before = freeze();
        vm.prank(alice);
        datasets.withdrawConsent(contribution);
        VersionId later = freeze();
        vm.assertTrue(datasets.includes(before, contribution));
        vm.assertFalse(datasets.includes(later, contribution));
    }

    /// @dev Any mix of acts in any order; a plain list remembers what each freeze should have seen.
    function testFuzz_GivenAnyOrderOfActs_WhenFrozen_ItIncludesExactlyWhatStoodThen(uint8[24] memory acts) public {
        ContributionId[] memory all = new ContributionId[](acts.length);
        bool[] memory standing = new bool[](acts.length);
        uint256 made;
        for (uint256 i = 0; i < acts.length; ++i) {
            uint256 act = acts[i] % 4;
            if (act < 2 || made == 0) {
                vm.prank(alice);
                all[made] = datasets.contribute(dataset, TERMS, keccak256(abi.encode(i)), uint32(1 + i));
                if (act == 0) {
                    vm.prank(curator);
                    datasets.accept(only(all[made]));
                    standing[made] = true;
                }
                ++made;
            } else if (act == 2) {
                uint256 which = acts[i] % made;
                if (datasets.contributionOf(all[which]).status == ContributionStatus.Withdrawn) continue;
                vm.prank(alice);
                datasets.withdrawConsent(all[which]);
                standing[which] = false;
            } else if (datasets.datasetOf(dataset).acceptedCount != 0) {
                VersionId version = freeze();
                uint256 included;
                uint256 items;
                for (uint256 j = 0; j < made; ++j) {
                    vm.assertTrue(datasets.includes(version, all[j]) == standing[j]);
                    if (!standing[j]) continue;
                    ++included;
                    items += datasets.contributionOf(all[j]).itemCount;
                }
                vm.assertEq(datasets.versionOf(version).contributionCount, included);
                vm.assertEq(datasets.versionOf(version).itemCount, items);
            }
        }
    }

    function contribute(address who) private returns (ContributionId) {
        vm.prank(who);
        return datasets.contribute(dataset, TERMS, ITEMS, 3);
    }

    function acceptOf(address who) private returns (ContributionId contribution) {
        contribution = contribute(who);
        vm.prank(curator);
        datasets.accept(only(contribution));
    }

    function versionOfAnotherDataset() private returns (VersionId version) {
        vm.startPrank(bob);
        DatasetId other = datasets.register(datasetTerms());
        ContributionId contribution = datasets.contribute(other, TERMS, keccak256("others"), 4);
        datasets.accept(only(contribution));
        version = datasets.freeze(other);
        vm.stopPrank();
    }

    function freeze() private returns (VersionId) {
        vm.prank(curator);
        return datasets.freeze(dataset);
    }

    function only(ContributionId contribution) private pure returns (ContributionId[] memory one) {
        one = new ContributionId[](1);
        one[0] = contribution;
    }
}
