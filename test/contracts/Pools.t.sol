// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {IDatasets} from "../../contracts/interfaces/IDatasets.sol";
import {IPools, Pool} from "../../contracts/interfaces/IPools.sol";
import {PoolWallet} from "../../contracts/PoolWallet.sol";
import {AccountId, ContributionId, DatasetId, VersionId} from "../../contracts/types/Ids.sol";
import {World} from "./harness/World.sol";

/// @notice Pools by themselves, paid by the test as the Ledger pays them.
contract PoolsTest is World {
    uint256 private constant GWEI = 1e9;

    address private curator = named("curator");
    address private alice = named("alice");
    address private bob = named("bob");
    address private carol = named("carol");
    AccountId private aliceAccount;
    AccountId private bobAccount;
    DatasetId private dataset;
    ContributionId private ofAlice;
    ContributionId private ofBob;
    VersionId private version;
    AccountId private pool;
    address private wallet;

    /// @dev Of five items Alice gave two and Bob three.
    function setUp() public override {
        super.setUp();
        aliceAccount = openAccount("alice");
        bobAccount = openAccount("bob");
        openAccount("carol");
        dataset = newDataset();
        ofAlice = accepted(alice, dataset, 2);
        ofBob = accepted(bob, dataset, 3);
        version = freeze(dataset);
        pool = pools.open(only(version));
        wallet = pools.stateOf(pool).wallet;
    }

    function test_WhenOpened_ThePoolIsAnAccountThatOnlyPoolsPayFrom() public {
        DatasetId other = newDataset();
        accepted(carol, other, 7);
        VersionId second = freeze(other);
        VersionId[] memory versions = new VersionId[](2);
        (versions[0], versions[1]) = (version, second);
        uint32 next = accounts.accountCount() + 1;
        vm.recordLogs();
        AccountId opened = pools.open(versions);
        address at = accounts.payoutOf(opened);

        vm.assertEq(AccountId.unwrap(opened), next);
        vm.assertEq(abi.encode(pools.stateOf(opened)), abi.encode(Pool(at, 12, 0, 0)));
        vm.assertEq(abi.encode(pools.versionsOf(opened)), abi.encode(versions));
        vm.assertEq(AccountId.unwrap(pools.poolOf(versions)), next);
        vm.assertEq(token.allowance(at, address(pools)), type(uint256).max);
        (uint48 count, ) = pools.journal();
        vm.assertEq(count, 2);
    }

    function test_WhenOpened_TheEventTellsWhatThePoolIs() public {
        DatasetId other = newDataset();
        accepted(carol, other, 7);
        VersionId[] memory versions = only(freeze(other));
        address at = walletOf(versions);
        vm.expectEmit(address(pools));
        emit IPools.PoolOpened(accounts.accountCount() + 1, at, 7, versions);
        pools.open(versions);
    }

    function test_GivenAPool_WhenOpenedAgainByAnyone_ItIsTheSame() public {
        uint32 accountCount = accounts.accountCount();
        vm.prank(named("stranger"));
        vm.assertEq(AccountId.unwrap(pools.open(only(version))), AccountId.unwrap(pool));
        vm.assertEq(accounts.accountCount(), accountCount);
    }

    /// @dev Where a wallet will be can be computed, so somebody may open its account first.
    function test_GivenAnAccountOpenedForTheWalletBefore_WhenOpened_ThePoolIsThatAccount() public {
        VersionId[] memory versions = only(freeze(dataset));
        AccountId early = accounts.open(walletOf(versions));
        vm.assertEq(AccountId.unwrap(pools.open(versions)), AccountId.unwrap(early));
        vm.assertEq(accounts.payoutOf(early), walletOf(versions));
    }

    function test_GivenBadVersions_WhenOpened_ItReverts() public {
        refusesToOpen(new VersionId[](0), abi.encodeWithSelector(IPools.Pools_VersionsOutOfRange.selector, 0, 8));
        refusesToOpen(new VersionId[](9), abi.encodeWithSelector(IPools.Pools_VersionsOutOfRange.selector, 9, 8));
        VersionId unknown = VersionId.wrap(VersionId.unwrap(version) + 5);
        refusesToOpen(only(unknown), abi.encodeWithSelector(IDatasets.Datasets_UnknownVersion.selector, unknown));
        VersionId zero = VersionId.wrap(7);
        refusesToOpen(only(zero), abi.encodeWithSelector(IPools.Pools_DatasetsUnsorted.selector, 0, zero));
    }

    function test_GivenEightDatasets_WhenOpened_TheirItemsAreAddedUp() public {
        VersionId[] memory versions = new VersionId[](8);
        for (uint256 i = 0; i < 8; ++i) {
            DatasetId fresh = newDataset();
            accepted(carol, fresh, uint32(1 << i));
            versions[i] = freeze(fresh);
        }
        vm.assertEq(pools.stateOf(pools.open(versions)).itemCount, 255);
    }

    function test_GivenTwoVersionsOfOneDataset_WhenOpened_ItReverts() public {
        VersionId[] memory versions = new VersionId[](2);
        (versions[0], versions[1]) = (version, freeze(dataset));
        refusesToOpen(
            versions,
            abi.encodeWithSelector(IPools.Pools_DatasetsUnsorted.selector, versions[0], versions[1])
        );
    }

    function test_WhenClaimed_EachGetsByItsItems() public {
        pay(1_000 * GWEI);
        vm.expectEmit(address(pools));
        emit IPools.ShareClaimed(id(pool), ContributionId.unwrap(ofBob), id(bobAccount), bob, 600);
        vm.prank(named("stranger"));
        vm.assertEq(pools.claim(pool, only(ofBob)), 600);
        vm.assertEq(token.balanceOf(bob), 600 * GWEI);
        expectShare(ofAlice, 400, 0);
        expectShare(ofBob, 0, 600);

        pay(500 * GWEI);
        vm.assertEq(pools.claim(pool, both()), 600 + 300);
        vm.assertEq(token.balanceOf(alice), 600 * GWEI);
        vm.assertEq(token.balanceOf(bob), 900 * GWEI);
        vm.assertEq(abi.encode(pools.stateOf(pool)), abi.encode(Pool(wallet, 5, 1_500, 1_500)));
    }

    function test_GivenNothingLeft_WhenClaimed_ItReverts() public {
        refusesToClaim(both(), abi.encodeWithSelector(IPools.Pools_NothingToClaim.selector, pool));
        pay(1_000 * GWEI);
        pools.claim(pool, only(ofBob));
        refusesToClaim(only(ofBob), abi.encodeWithSelector(IPools.Pools_NothingToClaim.selector, pool));
        // One of two has nothing left: it is passed over, and so is a second mention.
        ContributionId[] memory thrice = new ContributionId[](3);
        (thrice[0], thrice[1], thrice[2]) = (ofBob, ofAlice, ofAlice);
        vm.assertEq(pools.claim(pool, thrice), 400);
    }

    function test_GivenPartsOfAGwei_WhenClaimed_TheyWaitForMore() public {
        pay(4 * GWEI + 7);
        vm.assertEq(pools.claim(pool, both()), 1 + 2);
        vm.assertEq(token.balanceOf(wallet), GWEI + 7);
        pay(GWEI);
        vm.assertEq(pools.claim(pool, both()), 1 + 1);
        vm.assertEq(token.balanceOf(wallet), 7);
    }

    function test_GivenAContributionOutsideOfTheVersions_WhenClaimed_ItReverts() public {
        pay(1_000 * GWEI);
        ContributionId late = accepted(carol, dataset, 5);
        refusesToClaim(only(late), abi.encodeWithSelector(IPools.Pools_NotIncluded.selector, pool, late));
        ContributionId elsewhere = accepted(carol, newDataset(), 5);
        refusesToClaim(only(elsewhere), abi.encodeWithSelector(IPools.Pools_NotIncluded.selector, pool, elsewhere));
        ContributionId unknown = ContributionId.wrap(keccak256("nothing"));
        refusesToClaim(only(unknown), abi.encodeWithSelector(IPools.Pools_NotIncluded.selector, pool, unknown));
    }

    function test_GivenConsentWithdrawnAfterTheFreeze_ItIsStillPaid_AndLaterPoolsLeaveItOut() public {
        vm.prank(bob);
        datasets.withdrawConsent(ofBob);
        pay(1_000 * GWEI);
        vm.assertEq(pools.claim(pool, only(ofBob)), 600);

        AccountId later = pools.open(only(freeze(dataset)));
        vm.assertEq(pools.stateOf(later).itemCount, 2);
        vm.assertTrue(pools.includes(later, ofAlice));
        vm.assertFalse(pools.includes(later, ofBob));
    }

    function test_GivenAnotherPayoutAddress_WhenClaimed_ItIsPaidThere() public {
        vm.prank(alice);
        accounts.proposePayout(aliceAccount, named("new alice"));
        vm.prank(named("new alice"));
        accounts.acceptPayout(aliceAccount);
        pay(5 * GWEI);
        pools.claim(pool, only(ofAlice));
        vm.assertEq(token.balanceOf(named("new alice")), 2 * GWEI);
    }

    function test_GivenAnotherPool_ItsMoneyIsItsOwn() public {
        AccountId other = pools.open(only(freeze(dataset)));
        pay(10 * GWEI);
        vm.assertEq(pools.stateOf(other).receivedGwei, 0);
        vm.expectRevert(abi.encodeWithSelector(IPools.Pools_NothingToClaim.selector, other));
        pools.claim(other, both());
    }

    function test_GivenAnAccountThatIsNoPool_WhenAsked_ItReverts() public {
        bytes memory refusal = abi.encodeWithSelector(IPools.Pools_UnknownPool.selector, aliceAccount);
        vm.expectRevert(refusal);
        pools.stateOf(aliceAccount);
        vm.expectRevert(refusal);
        pools.versionsOf(aliceAccount);
        vm.expectRevert(refusal);
        pools.shareOf(aliceAccount, ofAlice);
        vm.expectRevert(refusal);
        pools.claim(aliceAccount, both());
        vm.assertFalse(pools.includes(aliceAccount, ofAlice));
        vm.assertEq(AccountId.unwrap(pools.poolOf(new VersionId[](3))), 0);
    }

    /// @dev Nobody holds a wallet's key and it has no function: it answers no call and signs nothing.
    function test_WhenAWalletIsCalled_ItDoesNothing() public {
        (bool done, ) = wallet.call(abi.encodeCall(IAccounts.proposePayout, (pool, alice)));
        vm.assertFalse(done);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_BadSignature.selector, wallet));
        datasets.contributeBySig(pool, dataset, keccak256("items"), 1, block.timestamp, new bytes(65));
    }

    /// @dev Whatever arrives, in wei, between whatever claims: each contribution has been paid or is due exactly its share of all
    /// that arrived, rounded down once, whoever claimed when.
    function testFuzz_GivenAnyOrderOfClaims_EachIsPaidItsShareOfAll(
        uint256[12] memory acts,
        uint32[3] memory items
    ) public {
        DatasetId fresh = newDataset();
        address[3] memory people = [alice, bob, carol];
        ContributionId[] memory all = new ContributionId[](3);
        uint256 itemCount;
        for (uint256 i = 0; i < 3; ++i) {
            items[i] = items[i] == 0 ? 1 : items[i];
            all[i] = accepted(people[i], fresh, items[i]);
            itemCount += items[i];
        }
        pool = pools.open(only(freeze(fresh)));
        wallet = pools.stateOf(pool).wallet;
        uint256 arrived;
        for (uint256 i = 0; i < acts.length; ++i) {
            if (acts[i] % 2 == 0) {
                uint256 amount = (acts[i] >> 8) % 1e24;
                pay(amount);
                arrived += amount;
            } else {
                try pools.claim(pool, only(all[(acts[i] >> 8) % 3])) {} catch {}
            }
            uint256 paid;
            for (uint256 j = 0; j < 3; ++j) {
                (uint64 claimable, uint64 claimed) = pools.shareOf(pool, all[j]);
                vm.assertEq(uint256(claimable) + claimed, ((arrived / GWEI) * items[j]) / itemCount);
                vm.assertEq(token.balanceOf(people[j]), claimed * GWEI);
                paid += claimed * GWEI;
            }
            vm.assertEq(token.balanceOf(wallet), arrived - paid);
        }
    }

    function walletOf(VersionId[] memory versions) private view returns (address) {
        bytes memory code = abi.encodePacked(walletCode(), abi.encode(token));
        bytes32 salt = keccak256(abi.encode(versions));
        return
            address(uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), address(pools), salt, keccak256(code))))));
    }

    function walletCode() private pure returns (bytes memory) {
        return type(PoolWallet).creationCode;
    }

    function pay(uint256 amountWei) private {
        token.transfer(wallet, amountWei);
    }

    function expectShare(ContributionId contribution, uint64 claimable, uint64 claimed) private view {
        (uint64 isClaimable, uint64 isClaimed) = pools.shareOf(pool, contribution);
        vm.assertEq(isClaimable, claimable);
        vm.assertEq(isClaimed, claimed);
    }

    function refusesToOpen(VersionId[] memory versions, bytes memory refusal) private {
        vm.expectRevert(refusal);
        pools.open(versions);
    }

    function refusesToClaim(ContributionId[] memory contributions, bytes memory refusal) private {
        vm.expectRevert(refusal);
        pools.claim(pool, contributions);
    }

    function newDataset() private returns (DatasetId) {
        vm.prank(curator);
        return datasets.register(datasetTerms());
    }

    function accepted(address who, DatasetId into, uint32 items) private returns (ContributionId contribution) {
        vm.prank(who);
        contribution = datasets.contribute(into, keccak256(abi.encode(who)), items);
        vm.prank(curator);
        datasets.accept(only(contribution));
    }

    function freeze(DatasetId which) private returns (VersionId) {
        vm.prank(curator);
        return datasets.freeze(which);
    }

    function both() private view returns (ContributionId[] memory contributions) {
        contributions = new ContributionId[](2);
        (contributions[0], contributions[1]) = (ofAlice, ofBob);
    }

    function only(VersionId one) private pure returns (VersionId[] memory versions) {
        versions = new VersionId[](1);
        versions[0] = one;
    }

    function only(ContributionId one) private pure returns (ContributionId[] memory contributions) {
        contributions = new ContributionId[](1);
        contributions[0] = one;
    }

    function id(AccountId account) private pure returns (uint32) {
        return AccountId.unwrap(account);
    }
}
