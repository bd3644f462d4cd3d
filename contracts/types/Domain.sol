// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev What every EIP-712 domain of ours is named, so that a wallet shows whose message is signed.
string constant PRODUCT = "Attribution Ledger";
/// @dev The edition of the contracts, not of an interface: a new edition is a new deployment.
string constant EDITION = "2";
