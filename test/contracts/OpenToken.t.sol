// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {OpenToken} from "../../contracts/OpenToken.sol";
import {Test} from "./harness/Test.sol";

contract OpenTokenTest is Test {
    uint256 private constant KEY = 0xa11ce;
    address private alice = vm.addr(KEY);
    address private bob = named("bob");
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
        (uint8 v, bytes32 r, bytes32 s) = sign(authorisation(nonce));
        token.transferWithAuthorization(alice, bob, 7, 0, 2_000_000, nonce, v, r, s);
        vm.assertEq(token.balanceOf(bob), 7);
        vm.assertTrue(token.authorizationState(alice, nonce));

        vm.expectRevert(abi.encodeWithSelector(ERC3009.ERC3009UsedAuthorization.selector, alice, nonce));
        token.transferWithAuthorization(alice, bob, 7, 0, 2_000_000, nonce, v, r, s);
    }

    function test_GivenAnotherSigner_AnAuthorisationReverts() public {
        (uint8 v, bytes32 r, bytes32 s) = sign(authorisation(0));
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

    function authorisation(bytes32 nonce) private view returns (bytes memory) {
        bytes32 typeHash = keccak256(
            "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
        );
        return abi.encode(typeHash, alice, bob, 7, 0, 2_000_000, nonce);
    }

    function sign(bytes memory struct_) private view returns (uint8, bytes32, bytes32) {
        return vm.sign(KEY, keccak256(abi.encodePacked("\x19\x01", token.DOMAIN_SEPARATOR(), keccak256(struct_))));
    }
}
