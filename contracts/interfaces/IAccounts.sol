// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId} from "../types/Ids.sol";
import {IJournal} from "./IJournal.sol";

/// @title Accounts
/// @notice Gives every party that earns or pays a short number, and lets its holder move it to another address.
/// @dev An account always has exactly one payout address. An address may be that of several accounts and acts as one of them, so
/// that nobody can block a rotation by opening an account for the address it goes to. No signatures are involved: contract
/// wallets (Safe, ERC-1271, EIP-7702) hold accounts like anyone else.
interface IAccounts is IJournal {
    event AccountOpened(uint32 indexed account, address indexed payout);
    event PayoutProposed(uint32 indexed account, address indexed payout, address indexed proposed);
    event PayoutRotated(uint32 indexed account, address indexed previous, address indexed payout);
    event ActingAs(uint32 indexed account, address indexed payout);

    error Accounts_ZeroAddress();
    error Accounts_AlreadyHasAccount(address holder, AccountId account);
    error Accounts_UnknownAccount(AccountId account);
    error Accounts_NoAccount(address holder);
    error Accounts_NotPayout(AccountId account, address caller, address payout);
    error Accounts_NotProposed(AccountId account, address caller, address proposed);

    /// @notice Opens an account for `payout`; anyone may pay for opening it.
    /// @return account The new account's number, counting from 1.
    function open(address payout) external returns (AccountId account);

    /// @notice Proposes a new payout address; nothing moves until that address accepts. Proposing zero cancels it.
    /// @dev Only the present payout address may propose.
    function proposePayout(AccountId account, address proposed) external;

    /// @notice Completes a rotation; only the proposed address may call it, which proves that someone can use it. From then
    /// on it acts as this account; another one that it holds stays paid to it.
    function acceptPayout(AccountId account) external;

    /// @notice Chooses which of the accounts paid to the caller it acts as.
    function actAs(AccountId account) external;

    /// @notice The account that `holder` acts as, or zero.
    function accountOf(address holder) external view returns (AccountId);

    /// @notice The account that `holder` acts as; reverts with `Accounts_NoAccount` where there is none.
    function requireAccountOf(address holder) external view returns (AccountId);

    /// @notice Where `account` is paid; reverts with `Accounts_UnknownAccount` where there is none.
    function payoutOf(AccountId account) external view returns (address);

    /// @notice Where each of several accounts is paid.
    function payoutsOf(AccountId[] calldata accounts) external view returns (address[] memory payouts);

    /// @notice How many accounts are open; they are numbered from 1 to this.
    function accountCount() external view returns (uint32);
}
