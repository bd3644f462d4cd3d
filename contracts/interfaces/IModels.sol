// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId, ModelId, VersionId} from "../types/Ids.sol";
import {IAccounts} from "./IAccounts.sol";
import {IClock} from "./IClock.sol";
import {IDatasets} from "./IDatasets.sol";
import {IJournal} from "./IJournal.sol";

/// @notice Shares of every fee, in basis points.
/// @param contributorBps For the contributors.
/// @param operatorBps For the operator that served the call.
/// @param royaltyBps What this model asks of every fine-tune below it.
struct FeeShares {
    uint16 contributorBps;
    uint16 operatorBps;
    uint16 royaltyBps;
}

/// @notice How the contributors' share is divided among them (docs/protocol.md, "Books and pay"), for good.
/// @param baseBps The part that goes by kept rows first; 10,000 is an equal split.
/// @param floorBps How much net influence it takes to move all of the rest, 5,000 to 40,000; 10,000 is 1.
/// @param sketched Whether records hold query sketches. Without, what base leaves goes by fixed weights.
/// @param feeUnitGwei What fees are counted in, 1 to 10^9 gwei.
struct PayTerms {
    uint16 baseBps;
    uint16 floorBps;
    bool sketched;
    uint32 feeUnitGwei;
}

/// @notice A base model to register: weights that nobody here trained.
struct BaseModel {
    string name;
    string licence;
    bytes32 weightsHash;
    string weightsURI;
    uint16 royaltyBps;
}

/// @notice What Models keeps of a fine-tune, for good.
/// @param parent The model it was fine-tuned from.
/// @param shares Shares of every fee.
/// @param pay How the contributors' share is divided.
/// @param dims Codes in a sketch.
struct FineTuneTerms {
    ModelId parent;
    FeeShares shares;
    PayTerms pay;
    uint16 dims;
}

/// @notice A royalty owed on every fee of a model, to the owner of one of its ancestors.
struct Royalty {
    AccountId account;
    uint16 bps;
}

/// @notice What recording a call of a model needs.
/// @param feeUnitGwei What fees are counted in.
/// @param sketchBytes How long the query sketch of a record is; 0 where records hold none.
/// @param time The clock's time, which had to be read.
struct RecordingTerms {
    uint32 feeUnitGwei;
    uint16 sketchBytes;
    uint40 time;
}

/// @notice What the settlement of a book needs. Units that were struck in time for the book count nothing.
struct SettlementTerms {
    AccountId owner;
    uint16 contributorBps;
    uint16 operatorBps;
    uint16 baseBps;
    uint16 floorBps;
    uint16 dims;
    uint16 unitCount;
    uint32 keptRows;
    uint64 floorNorm;
    uint128 fixedTotal;
    Royalty[] royalties;
}

/// @notice What a fine-tune's rows are compared with.
/// @param indexRoot Root of its row index.
/// @param totalHash keccak256 of the sum of its units' sketches (`UnitPage.total`).
/// @param maxPeak The greatest peak of a unit.
/// @param registeredIn The block in which its last unit was registered.
/// @param dims Codes in a sketch.
/// @param unitCount How many units it has.
struct RowTerms {
    bytes32 indexRoot;
    bytes32 totalHash;
    uint32 maxPeak;
    uint40 registeredIn;
    uint16 dims;
    uint16 unitCount;
}

/// @notice What is settled of a unit, in one word.
///
///     W (highest 144 bits) | fixed weight (64) | kept rows (16) | payee (lowest 32)
///
/// The payee is zero of a joint unit.
type WeighedUnit is uint256;

/// @notice What governance may set.
/// @param activationSeconds How long a fine-tune registered from then on waits before its first record, 1 to 14 days.
/// @param noticeSeconds How long an operator that its owner removes from then on may still record, 1 to 14 days.
struct ModelTerms {
    uint32 activationSeconds;
    uint32 noticeSeconds;
}

/// @title Models
/// @notice Keeps models: their lineage, how their fees are shared, who may record their calls, and the units that contributors are paid by.
/// `FineTunes` registers them.
interface IModels is IJournal {
    event BaseModelRegistered(uint32 indexed model, uint32 indexed owner, BaseModel base);
    event FineTuneEntered(
        uint32 indexed model,
        uint32 indexed owner,
        uint32 indexed parent,
        FineTuneTerms terms,
        Royalty[] royalties
    );
    event ModelActivated(uint32 indexed model, uint40 activeFrom, address sheet);
    event OperatorSet(uint32 indexed model, uint32 indexed operator, bool allowed, uint40 until);
    event UnitStruck(uint32 indexed model, uint16 indexed unit, uint40 struckAt);
    event ModelTermsSet(ModelTerms previous, ModelTerms terms);
    event ModelUsersAppointed(address indexed fineTunes, address indexed court, address indexed unitCourt);

    error Models_EmptyName();
    error Models_UnknownModel(ModelId model);
    error Models_UnknownOperator(AccountId operator);
    error Models_NotOwner(ModelId model, address caller);
    error Models_NotServable(ModelId model);
    error Models_NotOperator(ModelId model, AccountId operator);
    error Models_NotActive(ModelId model, uint40 activeFrom, uint40 time);
    error Models_Struck(ModelId model, uint40 struckAt);
    error Models_ZeroHash(string field);
    error Models_DimsOutOfRange(uint16 dims);
    error Models_PayOutOfRange(PayTerms pay, uint16 dims);
    error Models_SharesTooHigh(uint256 totalBps, uint256 maxBps);
    error Models_RoyaltyTooHigh(uint256 bps, uint256 maxBps);
    error Models_LineageTooDeep(uint256 royalties, uint256 max);
    error Models_UnknownUnit(ModelId model, uint256 unit, uint256 count);
    error Models_NoMember(ModelId model, uint256 unit, uint256 member);
    error Models_TermsOutOfRange(ModelTerms terms);
    error Models_NotAppointed(address caller);
    error Models_AlreadyAppointed(address fineTunes, address court, address unitCourt);
    error Models_ZeroAddress();

    /// @notice Registers a base model owned by the caller's account.
    function registerBase(BaseModel calldata base) external returns (ModelId model);

    /// @notice Enters a fine-tune, to be activated once all its units are there. Its royalties are flattened here, once: those of the parent, and
    /// the parent's own if it asks for one.
    /// @dev FineTunes only, as `activate`. contributorBps + operatorBps + royalties may reach MAX_SHARES_BPS = 9,000; royalties alone
    /// 2,000, to at most five accounts.
    function enter(AccountId owner, FineTuneTerms calldata terms) external returns (ModelId model);

    /// @notice Gives a fine-tune its units. Its calls can be recorded after the activation time, in which contributors check their rows.
    function activate(ModelId model, address sheet) external;

    /// @notice Lets `operator` record calls of `model`, or, after the notice, stops it. Only the owner.
    function setOperator(ModelId model, AccountId operator, bool allowed) external;

    /// @notice Strikes a unit, and with it the model: it records nothing more, and in books whose window is still open the unit counts nothing.
    /// Passed over where it was struck before.
    /// @dev The courts only.
    function strike(ModelId model, uint16 unit) external;

    /// @notice Names the contracts that may register fine-tunes and strike units. Once, for good.
    function appoint(address fineTunes, address court, address unitCourt) external;

    function setTerms(ModelTerms calldata terms) external;

    /// @notice Terms under which an operator records calls of a model; reverts where it may not.
    function recordingTerms(ModelId model, AccountId operator) external view returns (RecordingTerms memory);

    /// @notice Terms under which a book is settled whose records could be voided until `until`.
    function settlementTerms(ModelId model, uint40 until) external view returns (SettlementTerms memory);

    /// @notice Units from `first`, `count` of them, weighed by a book's totals.
    /// @param totals `P_d` of the book, k integers of 64 bits; nothing where its records hold no sketches.
    /// @param weight The sum of its fees, in fee units.
    function weigh(
        ModelId model,
        uint256 first,
        uint256 count,
        uint40 until,
        bytes calldata totals,
        uint256 weight
    ) external view returns (WeighedUnit[] memory);

    /// @notice A member of a joint unit: whom it pays, its kept rows, and those of the unit.
    function memberOf(
        ModelId model,
        uint16 unit,
        uint32 member
    ) external view returns (AccountId account, uint32 kept, uint32 unitKept);

    /// @notice What was registered of a unit: kept rows, scale, fixed weight, packed sketch.
    function unitOf(
        ModelId model,
        uint16 unit
    ) external view returns (AccountId payee, uint16 kept, uint16 scale, uint64 fixedWeight, bytes memory sketch);

    /// @notice What rows are compared with.
    function rowTermsOf(ModelId model) external view returns (RowTerms memory);

    /// @notice When a model was struck, zero if it was not.
    function struckAt(ModelId model) external view returns (uint40);

    /// @notice From when calls of a model can be recorded, zero of a base model or of one that was only begun.
    function activeFrom(ModelId model) external view returns (uint40);

    /// @notice Until when an operator may record calls of a model: zero never, the greatest time for good.
    function operatorUntil(ModelId model, AccountId operator) external view returns (uint40);

    function ownerOf(ModelId model) external view returns (AccountId);

    function parentOf(ModelId model) external view returns (ModelId);

    function feeUnitOf(ModelId model) external view returns (uint32);

    /// @notice The contributors' share of fees, and what those are counted in; zeros of a base model.
    function poolTermsOf(ModelId model) external view returns (uint16 contributorBps, uint32 feeUnitGwei);

    function versionsOf(ModelId model) external view returns (VersionId[] memory);

    function modelCount() external view returns (uint32);

    function terms() external view returns (ModelTerms memory);

    function fineTunes() external view returns (address);

    function court() external view returns (address);

    function unitCourt() external view returns (address);

    function accounts() external view returns (IAccounts);

    function datasets() external view returns (IDatasets);

    function clock() external view returns (IClock);
}
