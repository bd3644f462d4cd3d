// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId, BatchId, BondId, ModelId} from "../types/Ids.sol";
import {RecordProof} from "../types/Records.sol";

/// @notice What bonds must cover, and what a fault costs.
/// @param minimumGwei The least bond that records at all, and the fixed part of what a struck record costs; not zero.
/// @param ratioBps Bond asked for each fee that can still be struck, and the part of what a struck record costs that grows with
/// its fee; 10,000 is the fee itself.
/// @param bountyBps The challenger's part of what is slashed, at most 5,000; the rest is burnt, so that challenging
/// oneself always loses.
struct BondRule {
    uint64 minimumGwei;
    uint32 ratioBps;
    uint16 bountyBps;
}

/// @notice A bond as it stands now, amounts in gwei-OPEN.
/// @param balanceGwei What can be slashed.
/// @param exposureGwei The fees that it answers for and that can still be struck.
/// @param stakedGwei What the Court holds of it, outside the balance.
/// @param leavingGwei What its holder has asked back.
/// @param leavesAt When that can be taken.
/// @param frozenUntil Nothing can be taken before that, because of something undecided.
/// @param isStopped Whether the bond's model records no more.
struct Bond {
    uint64 balanceGwei;
    uint64 exposureGwei;
    uint64 stakedGwei;
    uint64 leavingGwei;
    uint40 leavesAt;
    uint40 frozenUntil;
    bool isStopped;
}

/// @title Bonds
/// @notice The part of the Ledger that makes lies expensive. An account's bond answers for the calls that it records, a model's bond
/// for its influence index. Both must cover the fees that can still be struck; only the Court takes from them.
interface IBonds {
    event BondDeposited(uint64 indexed bond, address indexed from, uint64 amountGwei, uint64 balanceGwei);
    event BondWithdrawalRequested(uint64 indexed bond, uint64 leavingGwei, uint40 leavesAt);
    event BondWithdrawn(uint64 indexed bond, address indexed to, uint64 amountGwei, uint64 balanceGwei);
    event BondFrozen(uint64 indexed bond, uint40 frozenUntil);
    event BondStaked(uint64 indexed bond, uint64 amountGwei, uint64 balanceGwei, uint64 stakedGwei);
    event BondReleased(uint64 indexed bond, uint64 amountGwei, uint64 balanceGwei, uint64 stakedGwei);
    event StakePaid(uint64 indexed bond, uint32 indexed beneficiary, uint64 amountGwei, uint64 stakedGwei);
    event BondSlashed(
        uint64 indexed bond,
        uint32 indexed beneficiary,
        uint64 amountGwei,
        uint64 bountyGwei,
        uint64 balanceGwei
    );
    event SlashedBurnt(uint64 amountGwei);
    event RecordVoided(uint64 indexed batch, uint32 indexed index, uint32 indexed payer, uint64 feeGwei);
    event ModelStopped(uint32 indexed model);
    event BondRuleSet(BondRule previous, BondRule rule);
    event CourtAppointed(address indexed court);

    error Ledger_BondNoticeTooShort(uint32 noticeSeconds, uint256 minimumSeconds);
    error Ledger_BondRuleOutOfRange(uint64 minimumGwei, uint16 bountyBps, uint16 maxBountyBps);
    error Ledger_BondTooSmall(BondId bond, uint64 balanceGwei, uint256 requiredGwei);
    error Ledger_StakeTooSmall(BondId bond, uint64 stakedGwei, uint64 amountGwei);
    error Ledger_UnknownBond(BondId bond);
    error Ledger_NotBondHolder(BondId bond, address caller, address holder);
    error Ledger_NoBondLeaving(BondId bond);
    error Ledger_ZeroDeposit(BondId bond);
    error Ledger_ModelStopped(ModelId model);
    error Ledger_NotCourt(address caller, address court);
    error Ledger_CourtAlreadyAppointed(address court);
    error Ledger_NotRecorded(BatchId batch, uint256 index);
    error Ledger_AlreadyVoided(BatchId batch, uint256 index);
    error Ledger_RecordMatured(BatchId batch, uint32 epoch, uint32 currentEpoch);
    error Ledger_NothingToBurn();

    /// @notice Adds to a bond; anyone may. Needs an allowance of `amountGwei · 1e9` wei.
    function depositBond(BondId bond, uint64 amountGwei) external;

    /// @notice Asks `amountGwei` of a bond back, or all of it where that is less; replaces an earlier request, zero takes it back.
    /// @dev Only its holder: the account's payout address, or that of the model's owner.
    function requestBondWithdrawal(BondId bond, uint64 amountGwei) external;

    /// @notice Pays out what was asked back, or what is left of it, once the notice is over and nothing is undecided. What stays
    /// must cover the fees that can still be struck.
    function withdrawBond(BondId bond) external;

    /// @notice Burns the part of slashed bonds that is nobody's. Anyone may call it.
    function burnSlashed() external returns (uint64 amountGwei);

    /// @notice Names the contract that may strike records and take bonds. Once, for good.
    function appointCourt(address court) external;

    /// @notice Sets what bonds must cover from now on.
    function setBondRule(BondRule calldata rule) external;

    /// @notice Voids a recorded inference while its credits are pending: takes every credit back, refunds the payer's tab to the
    /// gwei, and slashes `minimumGwei + fee · ratio` of a bond, as far as it goes.
    /// @dev The Court only, as are all functions below up to `payStake`.
    /// @param culprit The bond that answers for it.
    /// @param beneficiary The account that earns the bounty.
    function strikeRecord(RecordProof calldata call, BondId culprit, AccountId beneficiary) external;

    /// @notice Stops a model for good and slashes all of its bond.
    function strikeModel(ModelId model, AccountId beneficiary) external;

    /// @notice Slashes a bond by `amountGwei`, as far as it goes.
    function slash(BondId bond, uint64 amountGwei, AccountId beneficiary) external;

    /// @notice Lets nothing be withdrawn from a bond until a time; never shortens an earlier freeze.
    function freezeBond(BondId bond, uint40 until) external;

    /// @notice Holds a part of a bond that is not frozen; what stays must cover the fees that can still be struck.
    function stake(BondId bond, uint64 amountGwei) external;

    /// @notice Gives a part of what is held back to the bond.
    function release(BondId bond, uint64 amountGwei) external;

    /// @notice Pays a part of what is held to an account's earnings, to be claimed at once.
    function payStake(BondId bond, uint64 amountGwei, AccountId beneficiary) external;

    function bondStateOf(BondId bond) external view returns (Bond memory);

    /// @notice What a bond must hold now for its account or model to record a further fee of `feeGwei`.
    function requiredBondOf(BondId bond, uint64 feeGwei) external view returns (uint256);

    function bondRule() external view returns (BondRule memory);

    /// @notice How long a holder waits between asking a bond back and taking it: longer than any record can be struck.
    function bondNoticeSeconds() external view returns (uint32);

    /// @notice Whether a record was struck.
    function isVoided(BatchId batch, uint256 index) external view returns (bool);

    function court() external view returns (address);

    /// @notice What was slashed for nobody and is not burnt yet.
    function unburntGwei() external view returns (uint64);
}
