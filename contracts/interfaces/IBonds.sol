// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OpenToken} from "../OpenToken.sol";
import {AccountId, BondId, ModelId} from "../types/Ids.sol";
import {IAccounts} from "./IAccounts.sol";
import {IClock} from "./IClock.sol";
import {IEarnings} from "./IEarnings.sol";
import {IJournal} from "./IJournal.sol";
import {ILedger} from "./ILedger.sol";
import {IModels} from "./IModels.sol";

/// @notice What bonds must cover, and what becomes of what is slashed. Held within bounds by the code.
/// @param minimumGwei The least bond that records at all, 1 OPEN at least.
/// @param perRecordGwei What an unsettled record asks of an operator's bond beside its fee; not zero, 1,000 OPEN at most.
/// @param ratioBps What an unsettled fee asks of it, 5,000 to 30,000; 10,000 is the fee itself.
/// @param bountyBps The challenger's part of what is slashed, at most half; `ratio · (1 − bounty)` is half a fee at least. The rest is
/// burnt or given to contributors, so that striking oneself always loses.
/// @param noticeSeconds How long a holder waits between asking a bond back and taking it: a window and an epoch at least, 60 days at most.
/// @param modelSeconds How long after its settlement a book still asks for its contributors' pool in the model's bond, 7 to 60 days.
struct BondRule {
    uint64 minimumGwei;
    uint64 perRecordGwei;
    uint16 ratioBps;
    uint16 bountyBps;
    uint32 noticeSeconds;
    uint32 modelSeconds;
}

/// @notice A bond as it stands now, amounts in gwei-OPEN. Of the balance, what is neither leaving nor held is what covers.
/// @param balanceGwei What can be slashed.
/// @param leavingGwei What its holder has asked back; it covers nothing any more.
/// @param heldGwei What a court holds of it until something is decided.
/// @param exposedGwei What it must cover beside the minimum: of an operator its unsettled records by the rule of their day, of a model the
/// contributors' pools of unsettled books.
/// @param settledGwei Of a model also the pools of books settled lately.
/// @param leavesAt From when what is leaving can be taken, for seven days.
struct Bond {
    uint64 balanceGwei;
    uint64 leavingGwei;
    uint64 heldGwei;
    uint64 exposedGwei;
    uint64 settledGwei;
    uint40 leavesAt;
}

/// @notice Where slashed OPEN goes; what is left of it is burnt.
/// @param to Whose earnings grow.
/// @param toBps By which part.
/// @param model Whose contributors get a part, by fixed weights.
/// @param operator In whose open book.
/// @param givenBps Which part.
struct Split {
    AccountId to;
    uint16 toBps;
    ModelId model;
    AccountId operator;
    uint16 givenBps;
}

/// @title Bonds
/// @notice Makes lies expensive. An account's bond answers for the calls that it records and for what it challenges, a model's bond for its
/// units. Only the courts take from them.
interface IBonds is IJournal {
    event BondDeposited(uint64 indexed bond, address indexed from, uint64 amountGwei, uint64 balanceGwei);
    event BondWithdrawalRequested(uint64 indexed bond, uint64 leavingGwei, uint40 leavesAt);
    event BondWithdrawn(uint64 indexed bond, address indexed to, uint64 amountGwei, uint64 balanceGwei);
    event BondHeld(uint64 indexed bond, uint64 amountGwei, uint64 heldGwei, uint64 leavingGwei);
    event BondReleased(uint64 indexed bond, uint64 amountGwei, uint64 heldGwei);
    event BondSlashed(
        uint64 indexed bond,
        uint32 indexed beneficiary,
        uint64 amountGwei,
        uint64 bountyGwei,
        uint64 givenGwei,
        uint64 balanceGwei,
        uint64 heldGwei,
        uint64 leavingGwei
    );
    event SlashedBurnt(uint64 amountGwei);
    event BondRuleSet(BondRule previous, BondRule rule);
    event BondUsersAppointed(address indexed ledger, address indexed court, address indexed unitCourt);

    error Bonds_RuleOutOfRange(BondRule rule);
    error Bonds_TooSmall(BondId bond, uint64 coveringGwei, uint256 requiredGwei);
    error Bonds_Unknown(BondId bond);
    error Bonds_NotHolder(BondId bond, address caller, address holder);
    error Bonds_NothingLeaving(BondId bond);
    error Bonds_LeavesLater(uint40 leavesAt, uint40 time);
    error Bonds_RequestExpired(uint40 expiredAt, uint40 time);
    error Bonds_ZeroDeposit(BondId bond);
    error Bonds_NotAppointed(address caller);
    error Bonds_AlreadyAppointed(address ledger, address court, address unitCourt);
    error Bonds_ZeroAddress();
    error Bonds_NothingToBurn();

    /// @notice Adds to a bond; anyone may. Needs an allowance of `amountGwei · 1e9` wei.
    function deposit(BondId bond, uint64 amountGwei) external;

    /// @notice Asks `amountGwei` of a bond back, or all of it where that is less; replaces an earlier request, zero cancels it. What is
    /// asked back covers nothing from then on.
    /// @dev Only its holder: the account's payout address, or that of the model's owner.
    function requestWithdrawal(BondId bond, uint64 amountGwei) external;

    /// @notice Pays out what was asked back once the notice is over, as far as what stays covers what it must at that moment. Within seven
    /// days: later, ask again.
    function withdraw(BondId bond) external;

    /// @notice Burns the part of slashed bonds that is nobody's. Anyone may call it.
    function burnSlashed() external returns (uint64 amountGwei);

    /// @notice Names the contracts that expose and that hold and slash bonds. Once, for good.
    function appoint(ILedger ledger, address court, address unitCourt) external;

    /// @notice Sets what bonds must cover for what is recorded from now on.
    function setRule(BondRule calldata rule) external;

    /// @notice Lets an operator's bond answer for a batch, if it covers it.
    /// @dev The Ledger only, as `settle`.
    /// @return coverGwei What the bond must hold for it until its book is settled.
    function expose(AccountId operator, uint64 feesGwei, uint256 records) external returns (uint64 coverGwei);

    /// @notice Releases what a settled book exposed, and keeps its pool in mind for a while.
    function settle(AccountId operator, ModelId model, uint64 coverGwei, uint64 poolGwei) external;

    /// @notice Holds a part of a bond that covers nothing else.
    /// @dev The courts only, as all below up to `slash`.
    function stake(BondId bond, uint64 amountGwei) external;

    /// @notice Holds what there is of an accused bond, up to `amountGwei`, from what is leaving first.
    /// @return heldGwei What is held for this.
    function hold(BondId bond, uint64 amountGwei) external returns (uint64 heldGwei);

    /// @notice Holds what there is beyond what the bond must cover, up to `amountGwei`, from what is leaving first: what it must cover
    /// can be slashed all the same.
    /// @return heldGwei What is held for this.
    function holdSpare(BondId bond, uint64 amountGwei) external returns (uint64 heldGwei);

    /// @notice Lets a held part go.
    function release(BondId bond, uint64 amountGwei) external;

    /// @notice Takes from a bond what there is, up to `amountGwei`, and splits it. `heldGwei` of it was held for this, and ends being held.
    /// @return takenGwei What was taken.
    function slash(
        BondId bond,
        uint64 amountGwei,
        uint64 heldGwei,
        Split calldata split
    ) external returns (uint64 takenGwei);

    function bondStateOf(BondId bond) external view returns (Bond memory);

    /// @notice What a bond must hold beside what is leaving and held.
    function requiredOf(BondId bond) external view returns (uint256);

    /// @notice Reverts with `Bonds_TooSmall` unless a model's bond lets a book open: all of it counts, what is leaving or held too, lest an owner
    /// stop operators from recording what they promised.
    function requireModelCover(ModelId model) external view;

    function rule() external view returns (BondRule memory);

    /// @notice What was slashed for nobody and is not burnt yet.
    function unburntGwei() external view returns (uint64);

    function token() external view returns (OpenToken);

    function accounts() external view returns (IAccounts);

    function models() external view returns (IModels);

    function earnings() external view returns (IEarnings);

    function clock() external view returns (IClock);

    function ledger() external view returns (ILedger);

    function court() external view returns (address);

    function unitCourt() external view returns (address);
}
