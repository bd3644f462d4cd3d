// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title DepositWallet
/// @notice Where walk-in callers pay an operator for a model. `Earnings` may take its OPEN, for good; it can do nothing itself, so
/// nobody can make it pay anywhere else.
contract DepositWallet {
    using SafeERC20 for IERC20;

    constructor(IERC20 token, address earnings) {
        token.forceApprove(earnings, type(uint256).max);
    }
}
