// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "./interfaces/IAccounts.sol";
import {Journal} from "./Journal.sol";
import {OpenToken} from "./OpenToken.sol";
import {AccountId} from "./types/Ids.sol";

/// @title Accounts
/// @dev What each function promises stands in `IAccounts`.
contract Accounts is IAccounts, Journal {
    /// @inheritdoc IAccounts
    uint32 public accountCount;

    mapping(AccountId account => address payout) private _payouts;
    mapping(AccountId account => address proposed) private _proposed;
    mapping(address holder => AccountId account) private _accounts;

    constructor(OpenToken token) {
        token.refuseTransfers();
    }

    /// @inheritdoc IAccounts
    function open(address payout) external returns (AccountId account) {
        require(payout != address(0), Accounts_ZeroAddress());
        AccountId held = _accounts[payout];
        require(AccountId.unwrap(held) == 0, Accounts_AlreadyHasAccount(payout, held));

        account = AccountId.wrap(++accountCount);
        _payouts[account] = payout;
        _accounts[payout] = account;

        _emit(3, abi.encode(AccountOpened.selector, account, payout));
    }

    /// @inheritdoc IAccounts
    function proposePayout(AccountId account, address proposed) external {
        address payout = payoutOf(account);
        require(msg.sender == payout, Accounts_NotPayout(account, msg.sender, payout));

        _proposed[account] = proposed;

        _emit(4, abi.encode(PayoutProposed.selector, account, payout, proposed));
    }

    /// @inheritdoc IAccounts
    function acceptPayout(AccountId account) external {
        address previous = payoutOf(account);
        address proposed = _proposed[account];
        require(msg.sender == proposed, Accounts_NotProposed(account, msg.sender, proposed));

        delete _proposed[account];
        if (_accounts[previous] == account) _accounts[previous] = AccountId.wrap(0);
        _payouts[account] = proposed;
        _accounts[proposed] = account;

        _emit(4, abi.encode(PayoutRotated.selector, account, previous, proposed));
    }

    /// @inheritdoc IAccounts
    function actAs(AccountId account) external {
        address payout = payoutOf(account);
        require(msg.sender == payout, Accounts_NotPayout(account, msg.sender, payout));

        _accounts[payout] = account;

        _emit(3, abi.encode(ActingAs.selector, account, payout));
    }

    /// @inheritdoc IAccounts
    function accountOf(address holder) external view returns (AccountId) {
        return _accounts[holder];
    }

    /// @inheritdoc IAccounts
    function requireAccountOf(address holder) external view returns (AccountId account) {
        account = _accounts[holder];
        require(AccountId.unwrap(account) != 0, Accounts_NoAccount(holder));
    }

    /// @inheritdoc IAccounts
    function payoutsOf(AccountId[] calldata accounts) external view returns (address[] memory payouts) {
        payouts = new address[](accounts.length);
        for (uint256 i = 0; i < accounts.length; ++i) payouts[i] = payoutOf(accounts[i]);
    }

    /// @inheritdoc IAccounts
    function payoutOf(AccountId account) public view returns (address payout) {
        payout = _payouts[account];
        require(payout != address(0), Accounts_UnknownAccount(account));
    }
}
