// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @notice Cheatcodes that only tests of signatures use.
interface WalletVm {
    function chainId(uint256 chain) external;

    function etch(address target, bytes calldata code) external;
}

/// @notice A contract wallet whose owner signs for it, as a Safe with one owner does.
contract OwnedWallet is IERC1271 {
    address private immutable owner;

    constructor(address owner_) {
        owner = owner_;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        (address recovered, , ) = ECDSA.tryRecoverCalldata(digest, signature);
        return recovered == owner ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/// @notice A contract that says yes to every call in a way that is not ERC-1271's.
contract Agreeable {
    fallback() external {
        assembly {
            mstore(0x00, 1)
            return(0x00, 0x20)
        }
    }
}

/// @notice Code that knows no ERC-1271, such as a plain EIP-7702 delegate.
contract Deaf {
    error NothingHere();

    fallback() external {
        revert NothingHere();
    }
}
