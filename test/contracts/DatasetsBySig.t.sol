// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Datasets} from "../../contracts/Datasets.sol";
import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {ContributionStatus, DatasetTerms, IDatasets} from "../../contracts/interfaces/IDatasets.sol";
import {AccountId, ContributionId, DatasetId} from "../../contracts/types/Ids.sol";
import {Deaf, OwnedWallet, WalletVm} from "./harness/Wallets.sol";
import {World} from "./harness/World.sol";

contract DatasetsBySigTest is World {
    uint256 private constant KEY = 0xa11ce;
    bytes32 private constant ITEMS = keccak256("items");
    bytes32 private constant TERMS = keccak256("terms");

    address private alice = vm.addr(KEY);
    address private relayer = named("relayer");
    AccountId private account;
    DatasetId private dataset;
    uint256 private deadline;

    function setUp() public override {
        super.setUp();
        account = accounts.open(alice);
        dataset = datasets.register(datasetTerms());
        deadline = block.timestamp + 1 hours;
    }

    function test_WhenBroughtByAnyone_TheSignersAccountContributes() public {
        (uint48 before, ) = datasets.journal();
        ContributionId expected = datasets.contributionId(dataset, account, ITEMS, 3);
        vm.recordLogs();
        ContributionId contribution = bring(datasets, sign(KEY, 0));

        vm.assertEq(ContributionId.unwrap(contribution), ContributionId.unwrap(expected));
        vm.assertTrue(datasets.contributionOf(contribution).contributor == account);
        vm.assertTrue(datasets.contributionOf(contribution).status == ContributionStatus.Submitted);
        vm.assertEq(datasets.nonces(alice), 1);
        (uint48 count, ) = datasets.journal();
        vm.assertEq(count, before + 1);
        vm.assertEq(vm.getRecordedLogs().length, 1);
    }

    function test_WhenBrought_ItIsToldLikeAnyContribution() public {
        bytes32 expected = ContributionId.unwrap(datasets.contributionId(dataset, account, ITEMS, 3));
        bytes memory signature = sign(KEY, 0);
        vm.expectEmit(address(datasets));
        emit IDatasets.ContributionSubmitted(expected, 1, AccountId.unwrap(account), ITEMS, 3);
        bring(datasets, signature);
    }

    function test_WhenBroughtAtItsDeadline_ItCounts() public {
        bytes memory signature = sign(KEY, 0);
        vm.warp(deadline);
        bring(datasets, signature);
        vm.assertEq(datasets.nonces(alice), 1);
    }

    function test_WhenBroughtAfterItsDeadline_ItReverts() public {
        bytes memory signature = sign(KEY, 0);
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_SignatureExpired.selector, deadline, deadline + 1));
        bring(datasets, signature);
    }

    function test_WhenBroughtTwice_TheSecondTimeItReverts() public {
        bytes memory signature = sign(KEY, 0);
        bring(datasets, signature);
        expectBad(alice);
        bring(datasets, signature);
        vm.assertEq(datasets.nonces(alice), 1);
    }

    function test_GivenANonceThatIsNotNext_ItReverts() public {
        bytes memory signature = sign(KEY, 1);
        expectBad(alice);
        bring(datasets, signature);
    }

    function test_GivenAnotherKey_ItReverts() public {
        bytes memory signature = sign(KEY + 1, 0);
        expectBad(alice);
        bring(datasets, signature);
    }

    function test_GivenAnythingElseThanWasSigned_ItReverts() public {
        bytes memory signature = sign(KEY, 0);
        vm.startPrank(relayer);
        expectBad(alice);
        datasets.contributeBySig(account, DatasetId.wrap(2), TERMS, ITEMS, 3, deadline, signature);
        expectBad(alice);
        datasets.contributeBySig(account, dataset, TERMS, keccak256("other items"), 3, deadline, signature);
        expectBad(alice);
        datasets.contributeBySig(account, dataset, keccak256("other terms"), ITEMS, 3, deadline, signature);
        expectBad(alice);
        datasets.contributeBySig(account, dataset, TERMS, ITEMS, 4, deadline, signature);
        expectBad(alice);
        datasets.contributeBySig(account, dataset, TERMS, ITEMS, 3, deadline + 1, signature);
    }

    function test_GivenAnotherChain_TheSignatureDoesNotCount() public {
        bytes memory signature = sign(KEY, 0);
        uint256 home = block.chainid;
        WalletVm(address(vm)).chainId(home + 1);
        expectBad(alice);
        bring(datasets, signature);

        WalletVm(address(vm)).chainId(home);
        bring(datasets, signature);
        vm.assertEq(datasets.nonces(alice), 1);
    }

    function test_GivenAnotherDeployment_TheSignatureDoesNotCount() public {
        Datasets twin = new Datasets(token, accounts);
        vm.assertTrue(twin.register(datasetTerms()) == dataset);
        bytes memory signature = sign(KEY, 0);
        expectBad(alice);
        bring(twin, signature);
    }

    function test_GivenASignatureGivenAway_WhenItsNonceIsUsedUp_ItIsWorthNothing() public {
        bytes memory signature = sign(KEY, 0);
        vm.prank(alice);
        datasets.cancelSignature();
        vm.assertEq(datasets.nonces(alice), 1);
        expectBad(alice);
        bring(datasets, signature);
        bring(datasets, sign(KEY, 1));
        vm.assertEq(datasets.nonces(alice), 2);
    }

    function test_GivenADatasetWhoseTermsAreOthers_ASignatureForThemDoesNotCount() public {
        DatasetTerms memory terms = datasetTerms();
        terms.termsHash = keccak256("later terms");
        dataset = datasets.register(terms);
        bytes memory signature = sign(KEY, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IDatasets.Datasets_OtherTerms.selector, dataset, TERMS, terms.termsHash)
        );
        bring(datasets, signature);
    }

    function test_GivenAWallet_ItContributesByItsOwnersSignature() public {
        address wallet = address(new OwnedWallet(alice));
        account = accounts.open(wallet);
        ContributionId contribution = bring(datasets, sign(KEY, 0));
        vm.assertTrue(datasets.contributionOf(contribution).contributor == account);
        vm.assertEq(datasets.nonces(wallet), 1);
        vm.assertEq(datasets.nonces(alice), 0);
    }

    function test_GivenAWalletOfTheSameOwner_ASignatureForOneAccountDoesNotCountForTheOther() public {
        bytes memory signature = sign(KEY, 0);
        address wallet = address(new OwnedWallet(alice));
        account = accounts.open(wallet);
        expectBad(wallet);
        bring(datasets, signature);
    }

    function test_GivenADelegateThatKnowsNoERC1271_TheKeyStillSigns() public {
        WalletVm(address(vm)).etch(alice, abi.encodePacked(hex"ef0100", address(new Deaf())));
        bring(datasets, sign(KEY, 0));
        vm.assertEq(datasets.nonces(alice), 1);
    }

    function test_GivenAMovedPayout_OnlyTheNewAddressSigns() public {
        address bob = vm.addr(KEY + 1);
        vm.prank(alice);
        accounts.proposePayout(account, bob);
        vm.prank(bob);
        accounts.acceptPayout(account);

        bytes memory before = sign(KEY, 0);
        expectBad(bob);
        bring(datasets, before);
        bring(datasets, sign(KEY + 1, 0));
        vm.assertEq(datasets.nonces(bob), 1);
    }

    function test_GivenAnUnknownAccount_ItReverts() public {
        account = AccountId.wrap(99);
        bytes memory signature = sign(KEY, 0);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_UnknownAccount.selector, account));
        bring(datasets, signature);
    }

    function test_GivenWhatContributeRefuses_ItRevertsAndTheNonceIsKept() public {
        vm.prank(alice);
        ContributionId contribution = datasets.contribute(dataset, TERMS, ITEMS, 3);
        bytes memory signature = sign(KEY, 0);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_AlreadySubmitted.selector, contribution));
        bring(datasets, signature);
        vm.assertEq(datasets.nonces(alice), 0);
    }

    function expectBad(address signer) private {
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_BadSignature.selector, signer));
    }

    function bring(Datasets to, bytes memory signature) private returns (ContributionId) {
        vm.prank(relayer);
        return to.contributeBySig(account, dataset, TERMS, ITEMS, 3, deadline, signature);
    }

    /// @dev Signs for `datasets` on the present chain, from the words of the protocol alone.
    function sign(uint256 key, uint256 nonce) private view returns (bytes memory) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Attribution Ledger"),
                keccak256("2"),
                block.chainid,
                address(datasets)
            )
        );
        bytes32 signed = keccak256(
            abi.encode(
                keccak256(
                    "Contribution(uint32 contributor,uint32 dataset,bytes32 termsHash,bytes32 itemsRoot,uint32 itemCount,uint256 nonce,uint256 deadline)"
                ),
                account,
                dataset,
                TERMS,
                ITEMS,
                uint32(3),
                nonce,
                deadline
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked("\x19\x01", domain, signed)));
        return abi.encodePacked(r, s, v);
    }
}
