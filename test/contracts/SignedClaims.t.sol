// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {Ledger} from "../../contracts/Ledger.sol";
import {AccountId} from "../../contracts/types/Ids.sol";
import {Market} from "./harness/Market.sol";
import {Deaf, OwnedWallet, WalletVm} from "./harness/Wallets.sol";

contract SignedClaimsTest is Market {
    uint256 private constant KEY = 0xa11ce;
    /// @dev Six tenths of a fee of 1,000 go to the only row.
    uint64 private constant EARNED = 600;

    address private alice = vm.addr(KEY);
    address private relayer = named("relayer");
    address private to = named("to");
    AccountId private account;
    uint256 private deadline;

    function setUp() public override {
        super.setUp();
        account = contributors[0];
        moveTo(named(contributorName(0)), alice);
        record(recordFor(0, 1_000, 0));
        vm.warp(block.timestamp + 2 * EPOCH);
        deadline = block.timestamp + 1 hours;
    }

    function test_WhenSentByAnyone_TheEarningsGoWhereTheHolderSaid() public {
        bytes memory signature = sign(KEY, 0);
        uint256 held = token.balanceOf(address(ledger));
        vm.expectEmit(address(ledger));
        emit ILedger.RewardClaimed(AccountId.unwrap(account), to, EARNED);
        vm.prank(relayer);
        vm.assertEq(ledger.claimBySig(account, to, deadline, signature), EARNED);

        vm.assertEq(token.balanceOf(to), uint256(EARNED) * 1e9);
        vm.assertEq(token.balanceOf(alice), 0);
        vm.assertEq(token.balanceOf(address(ledger)), held - uint256(EARNED) * 1e9);
        vm.assertEq(ledger.nonces(alice), 1);
        (uint64 matured, uint64 pending) = ledger.earningsOf(account);
        vm.assertEq(uint256(matured) + pending, 0);
    }

    function test_WhenSentAtItsDeadline_ItCounts() public {
        bytes memory signature = sign(KEY, 0);
        vm.warp(deadline);
        vm.assertEq(bring(ledger, signature), EARNED);
    }

    function test_WhenSentAfterItsDeadline_ItReverts() public {
        bytes memory signature = sign(KEY, 0);
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_SignatureExpired.selector, deadline, deadline + 1));
        bring(ledger, signature);
    }

    function test_WhenSentTwice_TheSecondReverts() public {
        bytes memory signature = sign(KEY, 0);
        bring(ledger, signature);
        record(recordFor(0, 1_000, 0));
        vm.warp(block.timestamp + 2 * EPOCH);
        deadline = block.timestamp + 1 hours;
        signature = sign(KEY, 0);
        expectBad(alice);
        bring(ledger, signature);
        vm.assertEq(bring(ledger, sign(KEY, 1)), EARNED);
    }

    function test_GivenAnotherKeyOrNonce_ItReverts() public {
        bytes memory signature = sign(KEY + 1, 0);
        expectBad(alice);
        bring(ledger, signature);
        signature = sign(KEY, 1);
        expectBad(alice);
        bring(ledger, signature);
    }

    function test_GivenAnythingElseThanWasSigned_ItReverts() public {
        bytes memory signature = sign(KEY, 0);
        expectBad(alice);
        ledger.claimBySig(account, relayer, deadline, signature);
        expectBad(alice);
        ledger.claimBySig(account, to, deadline + 1, signature);
        expectBad(named(contributorName(1)));
        ledger.claimBySig(contributors[1], to, deadline, signature);
    }

    function test_GivenNoDestination_ItReverts() public {
        to = address(0);
        bytes memory signature = sign(KEY, 0);
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_ZeroAddress.selector));
        bring(ledger, signature);
    }

    function test_GivenNothingMatured_ItRevertsAndTheNonceIsKept() public {
        ledger.claim(account);
        bytes memory signature = sign(KEY, 0);
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_NothingToClaim.selector, account));
        bring(ledger, signature);
        vm.assertEq(ledger.nonces(alice), 0);
    }

    function test_GivenAnUnknownAccount_ItReverts() public {
        account = AccountId.wrap(99);
        bytes memory signature = sign(KEY, 0);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_UnknownAccount.selector, 99));
        bring(ledger, signature);
    }

    function test_GivenAnotherChainOrLedger_TheSignatureDoesNotCount() public {
        bytes memory signature = sign(KEY, 0);
        uint256 home = block.chainid;
        WalletVm(address(vm)).chainId(home + 1);
        expectBad(alice);
        bring(ledger, signature);
        WalletVm(address(vm)).chainId(home);
        Ledger twin = new Ledger(token, accounts, models, address(manager), treasury, ledgerTerms());
        expectBad(alice);
        bring(twin, signature);
        vm.assertEq(bring(ledger, signature), EARNED);
    }

    function test_GivenAWallet_ItClaimsByItsOwnersSignature() public {
        address wallet = address(new OwnedWallet(alice));
        bytes memory signature = sign(KEY, 0);
        moveTo(alice, wallet);
        vm.assertEq(bring(ledger, signature), EARNED);
        vm.assertEq(ledger.nonces(wallet), 1);
        vm.assertEq(ledger.nonces(alice), 0);
    }

    function test_GivenADelegateThatKnowsNoERC1271_TheKeyStillSigns() public {
        WalletVm(address(vm)).etch(alice, abi.encodePacked(hex"ef0100", address(new Deaf())));
        vm.assertEq(bring(ledger, sign(KEY, 0)), EARNED);
    }

    function test_GivenAMovedPayout_OnlyTheNewAddressSigns() public {
        bytes memory signature = sign(KEY, 0);
        address bob = vm.addr(KEY + 1);
        moveTo(alice, bob);
        expectBad(bob);
        bring(ledger, signature);
        vm.assertEq(bring(ledger, sign(KEY + 1, 0)), EARNED);
    }

    function expectBad(address signer) private {
        vm.expectRevert(abi.encodeWithSelector(ILedger.Ledger_BadSignature.selector, signer));
    }

    function moveTo(address from, address holder) private {
        vm.prank(from);
        accounts.proposePayout(account, holder);
        vm.prank(holder);
        accounts.acceptPayout(account);
    }

    function bring(Ledger at, bytes memory signature) private returns (uint64) {
        vm.prank(relayer);
        return at.claimBySig(account, to, deadline, signature);
    }

    /// @dev Signs for `ledger` on the present chain, from the words of the protocol alone.
    function sign(uint256 key, uint256 nonce) private view returns (bytes memory) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Ledger"),
                keccak256("1"),
                block.chainid,
                address(ledger)
            )
        );
        bytes32 signed = keccak256(
            abi.encode(
                keccak256("Claim(uint32 account,address to,uint256 nonce,uint256 deadline)"),
                account,
                to,
                nonce,
                deadline
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked("\x19\x01", domain, signed)));
        return abi.encodePacked(r, s, v);
    }
}
