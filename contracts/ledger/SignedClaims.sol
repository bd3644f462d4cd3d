// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {AccountId} from "../types/Ids.sol";
import {Earnings} from "./Earnings.sol";

/// @title SignedClaims
/// @notice Claims that an account's holder signs and somebody else pays the gas for.
abstract contract SignedClaims is Earnings, EIP712, Nonces {
    // solhint-disable-next-line gas-small-strings
    bytes32 private constant CLAIM_TYPEHASH = keccak256(
        "Claim(uint32 account,address to,uint256 nonce,uint256 deadline)"
    );

    constructor() EIP712("Ledger", "1") {}

    /// @inheritdoc ILedger
    function claimBySig(
        AccountId account,
        address to,
        uint256 deadline,
        bytes calldata signature
    ) external returns (uint64 amountGwei) {
        require(to != address(0), Ledger_ZeroAddress());
        require(block.timestamp <= deadline, Ledger_SignatureExpired(deadline, block.timestamp));
        address holder = accounts.payoutOf(account);
        bytes32 message = keccak256(abi.encode(CLAIM_TYPEHASH, account, to, _useNonce(holder), deadline));
        require(Signatures.isSignedBy(holder, _hashTypedDataV4(message), signature), Ledger_BadSignature(holder));
        amountGwei = _claim(account, to);
        require(amountGwei != 0, Ledger_NothingToClaim(account));
    }
}
