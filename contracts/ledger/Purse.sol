// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IAccounts} from "../interfaces/IAccounts.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {Journal} from "../Journal.sol";
import {AccountId} from "../types/Ids.sol";

/// @title Purse
/// @notice The one door through which OPEN comes in and goes out, and the only place that knows wei.
abstract contract Purse is ILedger, Journal {
    using SafeERC20 for IERC20;

    uint256 private constant WEI_PER_GWEI = 1e9;

    /// @inheritdoc ILedger
    IERC20 public immutable token;

    /// @inheritdoc ILedger
    IAccounts public immutable accounts;

    /// @dev Every amount here is a part of the supply, so a supply below 2^64 gwei lets sums of 64-bit amounts go unchecked.
    constructor(IERC20 token_, IAccounts accounts_) {
        uint256 supplyGwei = token_.totalSupply() / WEI_PER_GWEI;
        require(supplyGwei <= type(uint64).max, Ledger_SupplyTooLarge(supplyGwei, type(uint64).max));
        token = token_;
        accounts = accounts_;
    }

    function _collect(address from, uint64 amountGwei) internal {
        if (amountGwei != 0) token.safeTransferFrom(from, address(this), _weiOf(amountGwei));
    }

    function _pay(address to, uint64 amountGwei) internal {
        token.safeTransfer(to, _weiOf(amountGwei));
    }

    function _burn(uint64 amountGwei) internal {
        ERC20Burnable(address(token)).burn(_weiOf(amountGwei));
    }

    /// @dev Below 2^64 · 10^9, so it cannot overflow.
    function _weiOf(uint64 amountGwei) private pure returns (uint256) {
        unchecked {
            return amountGwei * WEI_PER_GWEI;
        }
    }

    /// @dev Accounts are numbered from 1 without gaps.
    function _exists(AccountId account) internal view returns (bool) {
        uint32 number = AccountId.unwrap(account);
        return number != 0 && number <= accounts.accountCount();
    }
}
