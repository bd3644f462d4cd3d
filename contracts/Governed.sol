// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Journal} from "./Journal.sol";

/// @title Governed
/// @notice A contract whose parameters change only through AccessManager (docs/governance.md).
abstract contract Governed is AccessManaged, Journal {
    constructor(address authority_) AccessManaged(authority_) {}

    /// @dev OpenZeppelin emits `AuthorityUpdated` itself; the journal takes it in all the same.
    function _setAuthority(address authority_) internal override {
        super._setAuthority(authority_);
        _note(abi.encode(IAccessManaged.AuthorityUpdated.selector, authority_));
    }
}
