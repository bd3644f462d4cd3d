// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId, ChannelId, ModelId} from "../types/Ids.sol";
import {IAccounts} from "./IAccounts.sol";
import {IClock} from "./IClock.sol";
import {IEarnings} from "./IEarnings.sol";
import {IJournal} from "./IJournal.sol";
import {IModels} from "./IModels.sol";

/// @notice What names a channel.
/// @param payer The account that pays; zero of OPEN that reached a deposit address without one.
/// @param operator The account that may charge.
/// @param model The model whose calls may be charged.
/// @param salt Tells channels of the same three apart; 0 is the walk-in channel, which needs no voucher.
struct ChannelKey {
    AccountId payer;
    AccountId operator;
    ModelId model;
    uint32 salt;
}

/// @notice A channel as it stands now. `depositGwei`, `withdrawnGwei` and the charge are totals since it was opened and never fall.
/// @param signer The plain key that signs its vouchers.
/// @param limitUnits What the deposit holds, in whole fee units.
/// @param coveredUnits What may be charged: the largest voucher presented, as far as the deposit reached.
/// @param chargedUnits What was charged.
/// @param depositGwei What was paid in.
/// @param withdrawnGwei What was paid out.
/// @param leavingGwei What the payer asked back.
/// @param leavesAt From when it can be taken, for seven days.
/// @param nextSigner The signer that was proposed.
/// @param nextSignerAt From when it can be accepted.
struct Channel {
    address signer;
    uint32 limitUnits;
    uint32 coveredUnits;
    uint32 chargedUnits;
    uint64 depositGwei;
    uint64 withdrawnGwei;
    uint64 leavingGwei;
    uint40 leavesAt;
    address nextSigner;
    uint40 nextSignerAt;
}

/// @notice An ERC-3009 authorisation of a walk-in caller, payable to the deposit address of an operator and a model.
struct WalkIn {
    address from;
    uint256 value;
    uint256 validAfter;
    uint256 validBefore;
    bytes32 nonce;
    uint8 v;
    bytes32 r;
    bytes32 s;
}

/// @title Channels
/// @notice What payers meet: a deposit for one operator and one model, of which the operator may charge as much as the payer signed.
/// Promises (C1 to C4):
///
///     withdrawn + charged ≤ deposit; charged ≤ covered ≤ the largest voucher signed
///     what a voucher covers stays covered until a withdrawal or another signer falls due, whatever the payer does
///     no voucher counts for another chain, contract, channel or signer
///
/// @dev What vouchers cover is counted in whole fee units of the model, rounded down, in 32 bits: a channel takes 2^32 − 1 units in its
/// life, less what is withdrawn. Then another one is opened; the channel without a payer, which has no other, stays full.
interface IChannels is IJournal {
    event ChannelOpened(
        bytes32 indexed channel,
        uint32 indexed payer,
        uint32 indexed operator,
        uint32 model,
        uint32 salt,
        address signer
    );
    event ChannelFunded(bytes32 indexed channel, address indexed from, uint64 amountGwei, uint64 depositGwei);
    event VoucherPresented(bytes32 indexed channel, uint128 maxClaimableAmount, uint32 coveredUnits);
    event WalkInCovered(bytes32 indexed channel, uint64 amountGwei, uint32 coveredUnits);
    event SignerProposed(bytes32 indexed channel, address indexed signer, uint40 from);
    event SignerChanged(bytes32 indexed channel, address indexed previous, address indexed signer);
    event WithdrawalRequested(bytes32 indexed channel, uint64 leavingGwei, uint40 leavesAt);
    event NoticeSet(uint32 previous, uint32 noticeSeconds);
    event LedgerAppointed(address indexed ledger);
    event ChannelWithdrawn(
        bytes32 indexed channel,
        address indexed to,
        uint64 amountGwei,
        uint64 withdrawnGwei,
        uint32 coveredUnits
    );

    error Channels_NoticeOutOfRange(uint32 noticeSeconds);
    error Channels_ZeroAddress();
    error Channels_AlreadyAppointed(address ledger);
    error Channels_NotLedger(address caller);
    error Channels_VouchersUneven(uint256 length, uint256 size);
    error Channels_VoucherOutOfRange(uint256 voucher, uint256 channel, uint256 count);
    error Channels_Exists(ChannelId channel);
    error Channels_Unknown(ChannelId channel);
    error Channels_SaltReserved();
    error Channels_ZeroSigner();
    error Channels_NoPayer(ChannelId channel);
    error Channels_ZeroAmount(ChannelId channel);
    error Channels_Full(ChannelId channel, uint256 units, uint256 maxUnits);
    error Channels_NotPayer(AccountId payer, address caller, address payout);
    error Channels_UnknownOperator(AccountId operator);
    error Channels_BadVoucher(ChannelId channel, address recovered, address signer);
    error Channels_NothingLeaving(ChannelId channel);
    error Channels_LeavesLater(uint40 leavesAt, uint40 time);
    error Channels_RequestExpired(uint40 expiredAt, uint40 time);
    error Channels_NothingProposed(ChannelId channel);
    error Channels_NotCovered(ChannelId channel, uint256 chargedUnits, uint32 coveredUnits);

    /// @notice Opens a channel of the caller, who gets an account if it has none. Needs an allowance for `Earnings`.
    /// @param salt Anything but 0 that the payer has not used yet for this operator and model.
    /// @param signer A key of its own, for vouchers alone: a contract wallet names one too.
    function openChannel(
        AccountId operator,
        ModelId model,
        uint32 salt,
        address signer,
        uint64 amountGwei
    ) external returns (ChannelId channel);

    /// @notice Adds to a channel's deposit; anyone may, but not to the channel without a payer. A voucher that it did not reach counts when it is
    /// presented again.
    function fundChannel(ChannelKey calldata key, uint64 amountGwei) external;

    /// @notice Presents a voucher; anyone may. One that covers no more than an earlier one changes nothing.
    /// @param maxClaimableAmount All that may ever be charged, in wei of OPEN.
    /// @param r The compact signature (EIP-2098), with `vs`.
    function present(ChannelKey calldata key, uint128 maxClaimableAmount, bytes32 r, bytes32 vs) external;

    /// @notice Proposes another signer, or zero to cancel. Until it is accepted the present one counts.
    function proposeSigner(ChannelKey calldata key, address signer) external;

    /// @notice Completes a change of signer once the notice is over, however long ago. Anyone may call it.
    function acceptSigner(ChannelKey calldata key) external;

    /// @notice Asks `amountGwei` of a channel back, or all of it where that is less; replaces an earlier request, zero cancels it.
    function requestChannelWithdrawal(ChannelKey calldata key, uint64 amountGwei) external;

    /// @notice Pays out what was asked back once the notice is over, or what charges have left of it. Within seven days: later, ask
    /// again.
    function withdrawChannel(ChannelKey calldata key) external;

    /// @notice Lets a walk-in caller pay: moves what it authorised to the deposit address and from there into its walk-in channel, all of it
    /// covered. The caller gets an account if it has none; what is not charged is withdrawn like any deposit.
    function settleWalkIn(
        AccountId operator,
        ModelId model,
        WalkIn calldata walkIn
    ) external returns (ChannelId channel);

    /// @notice Takes in OPEN that reached a deposit address otherwise: it has no payer, and leaves by records alone. Whole fee units, as far as
    /// the channel without a payer has room; the rest waits at the address.
    function sweep(AccountId operator, ModelId model) external returns (uint64 amountGwei);

    /// @notice Presents vouchers, then charges channels for a batch; any that is not covered reverts it all.
    /// @dev The Ledger only: it names channels of the batch's operator and model.
    /// @param charges For each channel its id and what it owes, in fee units: two words each.
    /// @param vouchers channel index uint8 ‖ maxClaimableAmount uint128 ‖ r bytes32 ‖ vs bytes32 for each voucher.
    /// @return charged For each channel `coveredUnits << 32 | chargedUnits`, as it then stands.
    function charge(
        uint256[] calldata charges,
        uint32 feeUnitGwei,
        bytes calldata vouchers
    ) external returns (uint64[] memory charged);

    /// @notice Names the contract that may charge. Once, for good.
    function appointLedger(address ledger) external;

    /// @notice Sets how long payers wait for deposits and signers asked for from now on, 1 to 14 days.
    function setNotice(uint32 noticeSeconds) external;

    /// @notice Where walk-in callers pay an operator for a model.
    function depositAddressOf(AccountId operator, ModelId model) external view returns (address);

    function channelOf(ChannelKey calldata key) external view returns (Channel memory);

    function noticeSeconds() external view returns (uint32);

    function ledger() external view returns (address);

    function earnings() external view returns (IEarnings);

    function accounts() external view returns (IAccounts);

    function models() external view returns (IModels);

    function clock() external view returns (IClock);
}
