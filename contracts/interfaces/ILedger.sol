// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {AccountId, BatchId, ModelId} from "../types/Ids.sol";
import {IAccounts} from "./IAccounts.sol";
import {BondRule, IBonds} from "./IBonds.sol";
import {IJournal} from "./IJournal.sol";
import {IModels} from "./IModels.sol";

/// @notice A payer's prepaid spending permission for one operator, in one slot. Amounts in gwei-OPEN (1e9 wei of OPEN).
/// @param balanceGwei What the operator can still charge, the part that is leaving included.
/// @param maxFeeGwei The most that one inference may cost.
/// @param leavingGwei What the payer has asked back.
/// @param leavesAt When it can be taken; until then the operator can settle calls already served.
struct Tab {
    uint64 balanceGwei;
    uint64 maxFeeGwei;
    uint64 leavingGwei;
    uint40 leavesAt;
}

/// @notice What a ledger is deployed with.
/// @param epochSeconds How long an epoch lasts.
/// @param tabNoticeSeconds How long a payer waits between asking a tab back and taking it.
/// @param bondNoticeSeconds The same for bonds; two epochs at least.
/// @param treasuryBps The treasury's share of fees.
/// @param bondRule What bonds must cover.
struct LedgerTerms {
    uint32 epochSeconds;
    uint32 tabNoticeSeconds;
    uint32 bondNoticeSeconds;
    uint16 treasuryBps;
    BondRule bondRule;
}

/// @title Ledger
/// @notice Holds all money: payers' tabs, everyone's earnings, and bonds. Records batches of attributed inferences, splits their
/// fees, and pays claims.
/// @dev Fee split of one record with fee f, in gwei, every division rounded down:
///
///     pool      = f · contributorBps / 10,000      row i gets pool · weight_i / 65,535
///     operator  = f · operatorBps / 10,000
///     royalty j = f · royaltyBps_j / 10,000
///     owner     = f · (10,000 − contributorBps − operatorBps − Σ royaltyBps − treasuryBps) / 10,000
///     treasury  = f − all of the above, so that dust, and the pool of an answer no row moved, end in one named account
///
/// Credit written in epoch e is pending until epoch e+2 begins.
interface ILedger is IJournal, IBonds {
    event TabFunded(
        uint32 indexed payer,
        uint32 indexed operator,
        uint64 amountGwei,
        uint64 balanceGwei,
        uint64 maxFeeGwei
    );
    event TabWithdrawalRequested(uint32 indexed payer, uint32 indexed operator, uint64 leavingGwei, uint40 leavesAt);
    event TabWithdrawn(
        uint32 indexed payer,
        uint32 indexed operator,
        address indexed to,
        uint64 amountGwei,
        uint64 balanceGwei
    );
    event BatchRecorded(
        uint64 indexed batch,
        uint32 indexed model,
        uint32 indexed operator,
        uint32 epoch,
        uint32 count,
        uint16 treasuryBps,
        uint64 feesGwei,
        bytes32 root,
        bytes records
    );
    event RewardClaimed(uint32 indexed account, address indexed to, uint64 amountGwei);
    event TreasuryShareSet(uint16 previousBps, uint16 treasuryBps);
    event RecordingPaused(address indexed by);
    event RecordingResumed(address indexed by);

    error Ledger_SupplyTooLarge(uint256 supplyGwei, uint256 maxGwei);
    error Ledger_ZeroEpoch();
    error Ledger_ZeroAddress();
    error Ledger_UnknownTreasury(AccountId treasury);
    error Ledger_UnknownOperator(AccountId operator);
    error Ledger_NotOperator(ModelId model, address caller);
    error Ledger_Paused();
    error Ledger_NotPaused();
    error Ledger_EmptyBatch();
    error Ledger_TooManyRecords(uint256 count, uint256 max);
    error Ledger_TooManyAccounts(uint256 max);
    error Ledger_RecordTruncated(uint256 index, uint256 offset);
    error Ledger_TooManyRows(uint256 index, uint256 rowCount, uint256 topK);
    error Ledger_RowOutOfRange(uint256 index, uint256 row, uint256 rowCount);
    error Ledger_RowRepeated(uint256 index, uint256 row);
    error Ledger_UnknownAccount(uint256 index, AccountId account);
    error Ledger_WeightsUnsorted(uint256 index);
    error Ledger_WeightsDoNotSum(uint256 index, uint256 sum);
    error Ledger_CodeOutOfRange(uint256 index);
    error Ledger_FeeAboveCap(uint256 index, AccountId payer, uint256 feeGwei, uint256 maxFeeGwei);
    error Ledger_TabTooSmall(uint256 index, AccountId payer, uint256 feeGwei, uint256 balanceGwei);
    error Ledger_NothingLeaving(AccountId payer, AccountId operator);
    error Ledger_LeavesLater(uint40 leavesAt, uint256 timestamp);
    error Ledger_NothingToClaim(AccountId account);
    error Ledger_SignatureExpired(uint256 deadline, uint256 timestamp);
    error Ledger_BadSignature(address signer);
    error Ledger_TreasuryShareTooHigh(uint16 bps, uint16 maxBps);

    /// @notice Adds to the caller's tab at `operator` and sets the most that one inference may cost.
    /// @param amountGwei May be zero to change only the cap. Needs an allowance of `amountGwei · 1e9` wei.
    function fundTab(AccountId operator, uint64 amountGwei, uint64 maxFeeGwei) external;

    /// @notice Asks `amountGwei` of the caller's tab back, or all of it where that is less; replaces an earlier request,
    /// zero takes it back.
    function requestTabWithdrawal(AccountId operator, uint64 amountGwei) external;

    /// @notice Pays out what was asked back, or what calls settled meanwhile have left of it, once the notice is over.
    function withdrawTab(AccountId operator) external;

    /// @notice Records inferences that the caller served as an operator of `model`, and splits their fees.
    /// @param records Concatenated records (docs/protocol.md, "Record"); a malformed one reverts the batch.
    /// @return batch The new batch's number, counting from 1.
    function recordBatch(ModelId model, bytes calldata records) external returns (BatchId batch);

    /// @notice Pays an account's matured earnings to its payout address. Anyone may call it and pay the gas.
    function claim(AccountId account) external returns (uint64 amountGwei);

    /// @notice Pays the caller's matured earnings to another address.
    function claimTo(address to) external returns (uint64 amountGwei);

    /// @notice Pays an account's matured earnings to an address that its payout address signed for; anyone may send it.
    /// @dev EIP-712, domain name `Ledger`, version `1`, and
    /// `Claim(uint32 account,address to,uint256 nonce,uint256 deadline)` with the signer's next nonce. ECDSA first, then
    /// ERC-1271.
    function claimBySig(
        AccountId account,
        address to,
        uint256 deadline,
        bytes calldata signature
    ) external returns (uint64 amountGwei);

    /// @notice Claims for many accounts at once; those with nothing matured are passed over, unless all are.
    function claimMany(AccountId[] calldata claimants) external returns (uint64 totalGwei);

    /// @notice Sets the treasury's share of fees recorded from now on, at most 1,000 basis points.
    function setTreasuryShare(uint16 treasuryBps) external;

    /// @notice Stops recording; claims and withdrawals go on.
    function pauseRecording() external;

    /// @notice Lets recording go on.
    function resumeRecording() external;

    /// @notice What `account` could claim now, and what is still inside its challenge window.
    function earningsOf(AccountId account) external view returns (uint64 maturedGwei, uint64 pendingGwei);

    function tabOf(AccountId payer, AccountId operator) external view returns (Tab memory);

    /// @notice `keccak256(abi.encode(model, operator, epoch, count, treasuryBps, root))` of a batch, zero if there is none.
    function batchCommitmentOf(BatchId batch) external view returns (bytes32);

    function batchCount() external view returns (uint64);

    function currentEpoch() external view returns (uint32);

    function treasuryBps() external view returns (uint16);

    function recordingPaused() external view returns (bool);

    /// @notice How long an epoch lasts; epoch n begins at `n · epochSeconds` of Unix time.
    function epochSeconds() external view returns (uint32);

    /// @notice How long a payer waits between asking a tab back and taking it.
    function tabNoticeSeconds() external view returns (uint32);

    /// @notice The account that earns the treasury's share and the dust.
    function treasury() external view returns (AccountId);

    function token() external view returns (IERC20);

    function accounts() external view returns (IAccounts);

    function models() external view returns (IModels);
}
