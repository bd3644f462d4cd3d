// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title PoolWallet
/// @notice Where a pool is paid. Its maker may take its OPEN, for good; it can do nothing itself, so nobody can make it move an
/// account, sign, or pay anywhere else.
contract PoolWallet {
    using SafeERC20 for IERC20;

    constructor(IERC20 token) {
        token.forceApprove(msg.sender, type(uint256).max);
    }
}
