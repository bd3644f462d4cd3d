// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {
    Contribution,
    ContributionStatus,
    Dataset,
    DatasetTerms,
    IDatasets,
    Version
} from "../../contracts/interfaces/IDatasets.sol";
import {AccountId, ContributionId, DatasetId, VersionId} from "../../contracts/types/Ids.sol";
import {World} from "./harness/World.sol";

contract DatasetsTest is World {
    address private curator = named("curator");
    address private alice = named("alice");
    address private bob = named("bob");
    bytes32 private constant ITEMS = keccak256("items");

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
        datasets.freeze(unknown);
        vm.expectRevert(refusal);
        vm.prank(alice);
        datasets.contribute(unknown, ITEMS, 1);
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
            abi.encode(Contribution(aliceAccount, dataset, 3, 0, 0, ContributionStatus.Submitted))
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
        datasets.contribute(dataset, ITEMS, 0);
        vm.expectRevert(refusal);
        datasets.contribute(dataset, 0, 3);
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

        bytes memory refusal = abi.encodeWithSelector(
            IDatasets.Datasets_WrongStatus.selector,
            contribution,
            ContributionStatus.Rejected
        );
        vm.expectRevert(refusal);
        vm.prank(curator);
        datasets.accept(only(contribution));
        vm.expectRevert(refusal);
        vm.prank(curator);
        datasets.reject(contribution);
        vm.expectRevert(refusal);
        vm.prank(alice);
        datasets.withdrawConsent(contribution);
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
        vm.assertEq(datasets.datasetOf(dataset).acceptedCount, 1);
    }

    function test_GivenASubmission_WhenConsentIsWithdrawn_ItCannotBeAccepted() public {
        ContributionId contribution = contribute(alice);
        vm.prank(alice);
        datasets.withdrawConsent(contribution);
        vm.expectRevert(
            abi.encodeWithSelector(IDatasets.Datasets_WrongStatus.selector, contribution, ContributionStatus.Withdrawn)
        );
        vm.prank(curator);
        datasets.accept(only(contribution));
        vm.assertEq(datasets.datasetOf(dataset).acceptedCount, 0);
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
        VersionId other = frozenVersion(curator, bob);
        vm.assertFalse(datasets.includes(other, mine));
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
                all[made] = datasets.contribute(dataset, keccak256(abi.encode(i)), uint32(1 + i));
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
        return datasets.contribute(dataset, ITEMS, 3);
    }

    function acceptOf(address who) private returns (ContributionId contribution) {
        contribution = contribute(who);
        vm.prank(curator);
        datasets.accept(only(contribution));
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
