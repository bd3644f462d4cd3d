// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Earnings} from "../../contracts/Earnings.sol";
import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {IEarnings} from "../../contracts/interfaces/IEarnings.sol";
import {AccountId} from "../../contracts/types/Ids.sol";
import {MarketBooks} from "./harness/MarketBooks.sol";
import {Agreeable, Deaf, OwnedWallet, WalletVm} from "./harness/Wallets.sol";

/// @notice Claims that a holder signs and anyone sends.
contract SignedClaimsTest is MarketBooks {
    uint256 private constant KEY = 0xa11ce;
    uint64 private constant EARNED = 6_000;

    address private alice = vm.addr(KEY);
    address private to = named("destination");
    address private relayer = named("relayer");
    AccountId private account;
    uint64 private minGwei = EARNED;
    uint256 private deadline;

    function setUp() public override {
        super.setUp();
        account = accounts.open(alice);
        credit(account);
        deadline = block.timestamp + 1 hours;
    }

    function test_WhenSentByAnyone_TheEarningsGoWhereTheHolderSaid() public {
        bytes memory signature = sign(KEY, 0);
        uint256 held = token.balanceOf(address(earnings));
        vm.expectEmit(address(earnings));
        emit IEarnings.RewardClaimed(AccountId.unwrap(account), to, EARNED);
        vm.prank(relayer);
        vm.assertEq(earnings.claimBySig(account, to, minGwei, deadline, signature), EARNED);

        vm.assertEq(token.balanceOf(to), uint256(EARNED) * 1e9);
        vm.assertEq(token.balanceOf(alice), 0);
        vm.assertEq(token.balanceOf(address(earnings)), held - uint256(EARNED) * 1e9);
        vm.assertEq(earnings.nonces(alice), 1);
    }

    function test_WhenSentAtItsDeadline_ItCountsAndNoLater() public {
        bytes memory signature = sign(KEY, 0);
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IEarnings.Earnings_SignatureExpired.selector, deadline, deadline + 1));
        earnings.claimBySig(account, to, minGwei, deadline, signature);
        vm.warp(deadline);
        vm.assertEq(bring(signature), EARNED);
    }

    function test_WhenSentTwice_TheSecondReverts() public {
        bytes memory signature = sign(KEY, 0);
        bring(signature);
        credit(account);
        expectBad(alice);
        earnings.claimBySig(account, to, minGwei, deadline, signature);
        vm.assertEq(bring(sign(KEY, 1)), EARNED);
    }

    /// @dev A claim that somebody else made first once left the signature good for ever.
    function test_WhenCancelled_ASignatureIsWorthNothing() public {
        bytes memory signature = sign(KEY, 0);
        vm.expectEmit(address(earnings));
        emit IEarnings.SignatureCancelled(alice, 0);
        vm.prank(alice);
        earnings.cancelSignature();
        vm.assertEq(earnings.nonces(alice), 1);
        expectBad(alice);
        earnings.claimBySig(account, to, minGwei, deadline, signature);
        vm.assertEq(bring(sign(KEY, 1)), EARNED);
    }

    function test_GivenLessThanWasSigned_ItRevertsAndTheNonceIsKept() public {
        minGwei = EARNED + 1;
        bytes memory signature = sign(KEY, 0);
        vm.expectRevert(abi.encodeWithSelector(IEarnings.Earnings_LessThanSigned.selector, EARNED, EARNED + 1));
        earnings.claimBySig(account, to, minGwei, deadline, signature);
        credit(account);
        vm.assertEq(bring(signature), 2 * EARNED);
    }

    function test_GivenAnotherKeyOrNonce_ItReverts() public {
        bytes memory signature = sign(KEY + 1, 0);
        expectBad(alice);
        earnings.claimBySig(account, to, minGwei, deadline, signature);
        signature = sign(KEY, 1);
        expectBad(alice);
        earnings.claimBySig(account, to, minGwei, deadline, signature);
    }

    function test_GivenAnythingElseThanWasSigned_ItReverts() public {
        bytes memory signature = sign(KEY, 0);
        expectBad(alice);
        earnings.claimBySig(account, relayer, minGwei, deadline, signature);
        expectBad(alice);
        earnings.claimBySig(account, to, minGwei - 1, deadline, signature);
        expectBad(alice);
        earnings.claimBySig(account, to, minGwei, deadline + 1, signature);
        expectBad(operator);
        earnings.claimBySig(operatorAccount, to, minGwei, deadline, signature);
    }

    function test_GivenAnUnwelcomingDestination_ItReverts() public {
        to = address(0);
        bytes memory signature = sign(KEY, 0);
        vm.expectRevert(abi.encodeWithSelector(IEarnings.Earnings_ZeroAddress.selector));
        earnings.claimBySig(account, to, minGwei, deadline, signature);
        to = address(bonds);
        signature = sign(KEY, 0);
        vm.expectRevert(abi.encodeWithSelector(IEarnings.Earnings_Unwelcome.selector, to));
        earnings.claimBySig(account, to, minGwei, deadline, signature);
    }

    function test_GivenNothingEarned_ItRevertsAndTheNonceIsKept() public {
        earnings.claim(account);
        minGwei = 0;
        bytes memory signature = sign(KEY, 0);
        vm.expectRevert(abi.encodeWithSelector(IEarnings.Earnings_NothingToClaim.selector, account));
        earnings.claimBySig(account, to, minGwei, deadline, signature);
        vm.assertEq(earnings.nonces(alice), 0);
    }

    function test_GivenAnUnknownAccount_ItReverts() public {
        account = AccountId.wrap(99);
        bytes memory signature = sign(KEY, 0);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_UnknownAccount.selector, 99));
        earnings.claimBySig(account, to, minGwei, deadline, signature);
    }

    function test_GivenAnotherChainOrContract_TheSignatureDoesNotCount() public {
        bytes memory signature = sign(KEY, 0);
        uint256 home = block.chainid;
        WalletVm(address(vm)).chainId(home + 1);
        expectBad(alice);
        earnings.claimBySig(account, to, minGwei, deadline, signature);
        WalletVm(address(vm)).chainId(home);
        Earnings twin = new Earnings(token, accounts, models, address(manager));
        expectBad(alice);
        twin.claimBySig(account, to, minGwei, deadline, signature);
        vm.assertEq(bring(signature), EARNED);
    }

    function test_GivenAWallet_ItClaimsByItsOwnersSignature() public {
        address wallet = address(new OwnedWallet(alice));
        bytes memory signature = sign(KEY, 0);
        moveTo(wallet);
        vm.assertEq(bring(signature), EARNED);
        vm.assertEq(earnings.nonces(wallet), 1);
        vm.assertEq(earnings.nonces(alice), 0);
    }

    function test_GivenAWalletThatRefuses_ItReverts() public {
        address wallet = address(new OwnedWallet(vm.addr(KEY + 1)));
        bytes memory signature = sign(KEY, 0);
        moveTo(wallet);
        expectBad(wallet);
        earnings.claimBySig(account, to, minGwei, deadline, signature);
    }

    function test_GivenAContractThatKnowsNoSignatures_ItReverts() public {
        bytes memory signature = sign(KEY, 0);
        address[2] memory deaf = [address(new Deaf()), address(new Agreeable())];
        for (uint256 i = 0; i < 2; ++i) {
            uint256 before = accounts.accountCount();
            account = accounts.open(deaf[i]);
            vm.assertEq(accounts.accountCount(), before + 1);
            expectBad(deaf[i]);
            earnings.claimBySig(account, to, minGwei, deadline, signature);
        }
    }

    /// @dev An EIP-7702 account has a key and code. Its key counts, though its delegate knows no ERC-1271.
    function test_GivenADelegatedAccount_ItsKeyStillSigns() public {
        address delegate = address(new Deaf());
        WalletVm(address(vm)).etch(alice, abi.encodePacked(hex"ef0100", delegate));
        vm.assertEq(bring(sign(KEY, 0)), EARNED);
    }

    function test_GivenADelegatedAccount_ItsDelegatesWordCountsToo() public {
        address delegate = address(new OwnedWallet(vm.addr(KEY + 7)));
        WalletVm(address(vm)).etch(alice, abi.encodePacked(hex"ef0100", delegate));
        vm.assertEq(bring(sign(KEY + 7, 0)), EARNED);
    }

    function expectBad(address signer) private {
        vm.expectRevert(abi.encodeWithSelector(IEarnings.Earnings_BadSignature.selector, signer));
    }

    function credit(AccountId whose) private {
        vm.prank(address(ledger));
        earnings.credit(whose, EARNED);
    }

    function moveTo(address holder) private {
        vm.prank(alice);
        accounts.proposePayout(account, holder);
        vm.prank(holder);
        accounts.acceptPayout(account);
    }

    function bring(bytes memory signature) private returns (uint64) {
        vm.prank(relayer);
        return earnings.claimBySig(account, to, minGwei, deadline, signature);
    }

    /// @dev Signs for `earnings` on the present chain, from the words of the protocol alone.
    function sign(uint256 key, uint256 nonce) private view returns (bytes memory) {
        bytes32 signed = keccak256(
            abi.encode(
                keccak256("Claim(uint32 account,address to,uint64 minGwei,uint256 nonce,uint256 deadline)"),
                account,
                to,
                minGwei,
                nonce,
                deadline
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, typedHash(address(earnings), signed));
        return abi.encodePacked(r, s, v);
    }
}
