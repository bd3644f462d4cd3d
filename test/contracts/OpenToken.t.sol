// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {OpenToken} from "../../contracts/OpenToken.sol";
import {Test} from "./harness/Test.sol";

contract OpenTokenTest is Test {
    uint256 private constant KEY = 0xa11ce;
    address private alice = vm.addr(KEY);
    address private bob = named("bob");
    address private till = named("a contract that collects");
    OpenToken private token;

    function setUp() public {
        vm.warp(1_000_000);
        token = new OpenToken(alice);
    }

    function test_WhenDeployed_TheWholeSupplyIsTheHolders() public view {
        vm.assertEq(token.name(), "Open");
        vm.assertEq(token.symbol(), "OPEN");
        vm.assertEq(token.decimals(), 18);
        vm.assertEq(token.totalSupply(), 1e27);
        vm.assertEq(token.balanceOf(alice), token.SUPPLY());
    }

    function test_WhenSigned_APermitAllowsSpending() public {
        bytes32 typeHash = keccak256(
            "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
        );
        (uint8 v, bytes32 r, bytes32 s) = sign(abi.encode(typeHash, alice, bob, 5, token.nonces(alice), 2_000_000));
        token.permit(alice, bob, 5, 2_000_000, v, r, s);
        vm.assertEq(token.allowance(alice, bob), 5);
        vm.assertEq(token.nonces(alice), 1);
    }

    function test_WhenSigned_AnAuthorisationTransfersOnceWithARandomNonce() public {
        bytes32 nonce = keccak256("any nonce");
        (uint8 v, bytes32 r, bytes32 s) = sign(authorisation("TransferWithAuthorization", bob, nonce));
        token.transferWithAuthorization(alice, bob, 7, 0, 2_000_000, nonce, v, r, s);
        vm.assertEq(token.balanceOf(bob), 7);
        vm.assertTrue(token.authorizationState(alice, nonce));

        vm.expectRevert(abi.encodeWithSelector(ERC3009.ERC3009UsedAuthorization.selector, alice, nonce));
        token.transferWithAuthorization(alice, bob, 7, 0, 2_000_000, nonce, v, r, s);
    }

    function test_GivenAnotherSigner_AnAuthorisationReverts() public {
        (uint8 v, bytes32 r, bytes32 s) = sign(authorisation("TransferWithAuthorization", bob, 0));
        vm.expectRevert(abi.encodeWithSelector(ERC3009.ERC3009InvalidSignature.selector));
        token.transferWithAuthorization(bob, alice, 7, 0, 2_000_000, 0, v, r, s);
    }

    function test_WhenDelegated_VotesAreCountedByTimestamp() public {
        vm.assertEq(token.clock(), 1_000_000);
        vm.assertEq(token.CLOCK_MODE(), "mode=timestamp");
        vm.startPrank(alice);
        token.delegate(bob);
        vm.warp(1_000_010);
        token.transfer(bob, 1e18);
        vm.stopPrank();
        vm.warp(1_000_020);

        vm.assertEq(token.getVotes(bob), 1e27 - 1e18);
        vm.assertEq(token.getPastVotes(bob, 1_000_005), 1e27);
    }

    function test_WhenBurnt_TheSupplyShrinks() public {
        vm.prank(alice);
        token.burn(1e18);
        vm.assertEq(token.totalSupply(), 1e27 - 1e18);
    }

    function test_WhenAContractRefusesTransfers_ItIsToldAndAsked() public {
        vm.assertFalse(token.refuses(till));
        vm.expectEmit(address(token));
        emit OpenToken.TransfersRefused(till);
        vm.prank(till);
        token.refuseTransfers();
        vm.assertTrue(token.refuses(till));
        vm.assertTrue(token.refuses(address(token)));
    }

    function test_GivenAContractThatRefuses_NothingIsSentToItByMistake() public {
        vm.prank(till);
        token.refuseTransfers();
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(OpenToken.OpenToken_Refused.selector, till));
        token.transfer(till, 1);
        vm.expectRevert(abi.encodeWithSelector(OpenToken.OpenToken_Refused.selector, address(token)));
        token.transfer(address(token), 1);
        vm.stopPrank();

        (uint8 v, bytes32 r, bytes32 s) = sign(authorisation("TransferWithAuthorization", till, 0));
        vm.expectRevert(abi.encodeWithSelector(OpenToken.OpenToken_Refused.selector, till));
        token.transferWithAuthorization(alice, till, 7, 0, 2_000_000, 0, v, r, s);
        vm.assertEq(token.balanceOf(till), 0);
        vm.assertFalse(token.authorizationState(alice, 0));
    }

    function test_GivenAContractThatRefuses_ItStillCollectsAndReceivesWhatItAsksFor() public {
        vm.prank(till);
        token.refuseTransfers();
        vm.prank(alice);
        token.approve(till, 3);
        vm.prank(till);
        token.transferFrom(alice, till, 3);
        (uint8 v, bytes32 r, bytes32 s) = sign(authorisation("ReceiveWithAuthorization", till, 0));
        vm.prank(till);
        token.receiveWithAuthorization(alice, till, 7, 0, 2_000_000, 0, v, r, s);
        vm.assertEq(token.balanceOf(till), 10);
    }

    function test_GivenAContractThatRefuses_AContractThatKnowsItSendsToIt() public {
        vm.prank(till);
        token.refuseTransfers();
        vm.prank(alice);
        token.send(till, 4);
        vm.assertEq(token.balanceOf(till), 4);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, bob, 0, 1));
        vm.prank(bob);
        token.send(till, 1);
    }

    function authorisation(string memory name, address to, bytes32 nonce) private view returns (bytes memory) {
        bytes32 typeHash = keccak256(
            abi.encodePacked(
                name,
                "(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
            )
        );
        return abi.encode(typeHash, alice, to, 7, 0, 2_000_000, nonce);
    }

    function sign(bytes memory struct_) private view returns (uint8, bytes32, bytes32) {
        return vm.sign(KEY, keccak256(abi.encodePacked("\x19\x01", token.DOMAIN_SEPARATOR(), keccak256(struct_))));
    }
}
