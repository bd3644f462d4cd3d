// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Signatures} from "../../contracts/libraries/Signatures.sol";
import {Test} from "./harness/Test.sol";
import {Agreeable, Deaf, OwnedWallet, WalletVm} from "./harness/Wallets.sol";

contract SignaturesHarness {
    function isSignedBy(address signer, bytes32 digest, bytes calldata signature) external view returns (bool) {
        return Signatures.isSignedBy(signer, digest, signature);
    }
}

contract SignaturesTest is Test {
    /// @dev Of secp256k1: `s` and `ORDER - s` sign alike, and only the lower one counts.
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    uint256 private constant KEY = 0xa11ce;
    bytes32 private constant DIGEST = keccak256("digest");

    address private alice = vm.addr(KEY);
    SignaturesHarness private signatures = new SignaturesHarness();

    function testFuzz_GivenAKey_ItsSignatureCountsForItsAddressAndThatDigestOnly(
        uint256 key,
        bytes32 digest,
        bytes32 otherDigest,
        address other
    ) public view {
        key = bound(key, 1, ORDER - 1);
        vm.assume(digest != otherDigest && other != vm.addr(key));
        bytes memory signature = sign(key, digest);
        vm.assertTrue(signatures.isSignedBy(vm.addr(key), digest, signature));
        vm.assertFalse(signatures.isSignedBy(vm.addr(key), otherDigest, signature));
        vm.assertFalse(signatures.isSignedBy(other, digest, signature));
    }

    function test_GivenTheZeroAddress_NothingCountsAsItsSignature() public view {
        vm.assertFalse(signatures.isSignedBy(address(0), DIGEST, ""));
        vm.assertFalse(signatures.isSignedBy(address(0), DIGEST, new bytes(65)));
    }

    function test_GivenAnotherShapeOfTheSameSignature_ItDoesNotCount() public view {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, DIGEST);
        bytes memory twin = abi.encodePacked(r, bytes32(ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        bytes memory compact = abi.encodePacked(r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
        bytes memory longer = abi.encodePacked(r, s, v, uint8(0));
        vm.assertFalse(signatures.isSignedBy(alice, DIGEST, twin));
        vm.assertFalse(signatures.isSignedBy(alice, DIGEST, compact));
        vm.assertFalse(signatures.isSignedBy(alice, DIGEST, longer));
    }

    function test_GivenAContractWallet_ItsOwnersSignatureCounts() public {
        address wallet = address(new OwnedWallet(alice));
        vm.assertTrue(signatures.isSignedBy(wallet, DIGEST, sign(KEY, DIGEST)));
        vm.assertFalse(signatures.isSignedBy(wallet, DIGEST, sign(KEY + 1, DIGEST)));
        vm.assertFalse(signatures.isSignedBy(wallet, keccak256("another"), sign(KEY, DIGEST)));
    }

    function test_GivenAContractThatIsNoWallet_NothingCountsAsItsSignature() public {
        vm.assertFalse(signatures.isSignedBy(address(new Deaf()), DIGEST, sign(KEY, DIGEST)));
        vm.assertFalse(signatures.isSignedBy(address(new Agreeable()), DIGEST, sign(KEY, DIGEST)));
        vm.assertFalse(signatures.isSignedBy(address(this), DIGEST, sign(KEY, DIGEST)));
    }

    function test_GivenAnAccountWithADelegateThatKnowsNoERC1271_ItsKeyStillSigns() public {
        delegate(alice, address(new Deaf()));
        vm.assertTrue(signatures.isSignedBy(alice, DIGEST, sign(KEY, DIGEST)));
        vm.assertFalse(signatures.isSignedBy(alice, DIGEST, sign(KEY + 1, DIGEST)));
    }

    function test_GivenAnAccountWithAWalletAsDelegate_BothItsKeyAndTheDelegateSign() public {
        delegate(alice, address(new OwnedWallet(vm.addr(KEY + 1))));
        vm.assertTrue(signatures.isSignedBy(alice, DIGEST, sign(KEY, DIGEST)));
        vm.assertTrue(signatures.isSignedBy(alice, DIGEST, sign(KEY + 1, DIGEST)));
        vm.assertFalse(signatures.isSignedBy(alice, DIGEST, sign(KEY + 2, DIGEST)));
    }

    function delegate(address account, address code) private {
        WalletVm(address(vm)).etch(account, abi.encodePacked(hex"ef0100", code));
        vm.assertEq(account.code.length, 23);
    }

    function sign(uint256 key, bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }
}
