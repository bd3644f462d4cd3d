// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Signatures
/// @notice Whether an address signed a digest: by its key (ECDSA), or else by what its code says (ERC-1271).
/// @dev The key is asked first, code or no code. An EIP-7702 account has both, and its delegate need not know ERC-1271; OpenZeppelin's
/// `isValidSignatureNow` would then refuse the key's own signature. Only 65-byte signatures with a low `s` count as ECDSA. A
/// contract wallet may change its answer later, so callers act on one at once and spend a nonce.
library Signatures {
    function isSignedBy(address signer, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        (address recovered, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failure == ECDSA.RecoverError.NoError && recovered == signer) return true;
        return SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signature);
    }
}
