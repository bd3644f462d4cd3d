// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OpenToken} from "../OpenToken.sol";
import {AccountId, ModelId} from "../types/Ids.sol";
import {IAccounts} from "./IAccounts.sol";
import {IJournal} from "./IJournal.sol";
import {BookPage, ISettlement} from "./ISettlement.sol";
import {IModels} from "./IModels.sol";

/// @notice What a joint unit's member may draw.
struct JointShare {
    ModelId model;
    uint16 unit;
    uint32 member;
}

/// @notice Somebody or something to be credited, in one word.
///
///     model (32 bits) | unit (16) | account (32) | amount in gwei (lowest 64)
///
/// Either the account is named, or, with its model, a joint unit.
type Credit is uint256;

/// @title Earnings
/// @notice Holds the OPEN of payers' channels, of books and of earnings, and pays out what accounts earned. What is here is earned for good:
/// it was settled, refunded or awarded, and nothing takes it back.
/// @dev All amounts are totals that never fall, so that a slot, once written, is never cleared: clearing saves nothing and the next
/// settlement would pay for a new slot. Amounts in gwei-OPEN (1e9 wei of OPEN).
interface IEarnings is IJournal {
    event RewardClaimed(uint32 indexed account, address indexed to, uint64 amountGwei);
    event RewardsClaimed(bytes claims);
    event JointDrawn(
        uint32 indexed model,
        uint16 indexed unit,
        uint32 indexed account,
        uint32 member,
        uint64 amountGwei
    );
    event SignatureCancelled(address indexed signer, uint256 nonce);
    event EarningsUsersAppointed(address channels, address ledger, address settlement, address bonds);

    error Earnings_SupplyTooLarge(uint256 supplyGwei, uint256 maxGwei);
    error Earnings_ZeroAddress();
    error Earnings_AlreadyAppointed(address channels);
    error Earnings_NotAppointed(address caller);
    error Earnings_NothingToClaim(AccountId account);
    error Earnings_LessThanSigned(uint64 amountGwei, uint64 minGwei);
    error Earnings_Unwelcome(address to);
    error Earnings_SignatureExpired(uint256 deadline, uint256 timestamp);
    error Earnings_BadSignature(address signer);

    /// @notice Pays an account's earnings to its payout address. Anyone may call it and pay the gas.
    function claim(AccountId account) external returns (uint64 amountGwei);

    /// @notice Draws shares of joint units first, whosever they are, then claims.
    function claim(AccountId account, JointShare[] calldata shares) external returns (uint64 amountGwei);

    /// @notice Pays the caller's earnings to another address. An address that refuses transfers of OPEN is refused.
    function claimTo(address to) external returns (uint64 amountGwei);

    /// @notice Pays an account's earnings, `minGwei` at least, to an address that its payout address signed for; anyone may send it.
    /// @dev EIP-712 (docs/protocol.md, "Signatures"): `Claim(uint32 account,address to,uint64 minGwei,uint256 nonce,uint256 deadline)`
    /// with the signer's next nonce. ECDSA first, then ERC-1271.
    function claimBySig(
        AccountId account,
        address to,
        uint64 minGwei,
        uint256 deadline,
        bytes calldata signature
    ) external returns (uint64 amountGwei);

    /// @notice Claims for many accounts at once; those with nothing to claim are passed over, unless all are.
    /// @dev Emits one `RewardsClaimed` with account uint32 ‖ payout address ‖ gwei uint64 for each that was paid.
    function claimMany(AccountId[] calldata claimants) external returns (uint64 totalGwei);

    /// @notice Settles a page of a book, draws shares of joint units, then claims.
    function settleAndClaim(
        BookPage calldata page,
        AccountId account,
        JointShare[] calldata shares
    ) external returns (uint64 amountGwei);

    /// @notice Moves what members may draw of joint units to their earnings. Those with nothing to draw are passed over.
    function draw(JointShare[] calldata shares) external;

    /// @notice Uses up the caller's next nonce, so that a claim signed with it is worth nothing.
    function cancelSignature() external;

    /// @notice Names the contracts that may credit and collect. Once, for good.
    function appoint(address channels, address ledger, ISettlement settlement, address bonds) external;

    /// @notice Collects OPEN from somebody who allowed this contract to.
    /// @dev Channels only, as `pay`.
    function collect(address from, uint64 amountGwei) external;

    /// @notice Pays out what a channel gives back.
    function pay(address to, uint64 amountGwei) external;

    /// @notice Adds to earnings what is here already, unowned.
    /// @dev Settlement, Ledger and Bonds only, as below.
    function credit(AccountId account, uint64 amountGwei) external;

    function creditMany(Credit[] calldata credits) external;

    /// @notice What an account earned and what it claimed, ever. The difference can be claimed now.
    function earningsOf(AccountId account) external view returns (uint64 earnedGwei, uint64 claimedGwei);

    /// @notice What a joint unit ever received.
    function receivedOf(ModelId model, uint16 unit) external view returns (uint64);

    /// @notice What a member of a joint unit ever drew.
    function drawnOf(ModelId model, uint16 unit, uint32 member) external view returns (uint64);

    /// @notice The nonce that the next signature of `signer` must carry.
    function nonces(address signer) external view returns (uint256);

    function token() external view returns (OpenToken);

    function accounts() external view returns (IAccounts);

    function models() external view returns (IModels);

    function channels() external view returns (address);

    function ledger() external view returns (address);

    function settlement() external view returns (ISettlement);

    function bonds() external view returns (address);
}
