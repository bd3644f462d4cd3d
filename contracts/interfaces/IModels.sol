// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId, ModelId, VersionId} from "../types/Ids.sol";
import {IJournal} from "./IJournal.sol";

/// @notice How a model was made from its parent.
enum Method {
    Full,
    LoRA,
    QLoRA
}

/// @notice Where a model's sketches come from: gradients of its adapter, or label-signed representations. Both are
/// int4 codes under one payout rule; an auditor must know which to recompute.
enum SketchSource {
    Gradient,
    Representation
}

/// @notice How the parent's weights were quantised during fine-tuning and serving.
/// @param scheme Such as `nf4`; empty where nothing was quantised.
/// @param bits Bits a weight, 0 where nothing was quantised.
/// @param doubleQuant Whether the block scales were quantised again (QLoRA, section 3).
struct Quantisation {
    string scheme;
    uint8 bits;
    bool doubleQuant;
}

/// @notice How the contributors' part of a fee is divided among them.
/// Attribution: among the rows that moved the answer, by their weights.
/// EqualSplit: among all items of the model's dataset versions alike, whatever was answered (`IPools`).
enum Rule {
    Attribution,
    EqualSplit
}

/// @notice Shares of every fee, in basis points.
/// @param contributorBps For the contributors, by the model's rule.
/// @param operatorBps For the operator that served the call.
/// @param royaltyBps What this model asks of every fine-tune below it.
struct FeeShares {
    uint16 contributorBps;
    uint16 operatorBps;
    uint16 royaltyBps;
}

/// @notice The commitment to all credited rows of a model. With the rule `EqualSplit` no row is credited, so nothing but the
/// row count is given: such a model has no index, its records hold no sketch, and nobody who serves it can steer a fee.
/// @param root Merkle root over the leaves (sorted pairs, an odd node moves up), in row order.
/// @param indexHash keccak256 of the influence index file.
/// @param indexURI Where the file can be read.
/// @param rowCount Training rows, those without a leaf (duplicates) included; rows are numbered below it.
/// @param dims Codes in a sketch: a multiple of 64, at most 4096.
/// @param topK How many rows an attribution lists at most, 1 to 16.
/// @param source What the sketches are made of.
struct InfluenceIndex {
    bytes32 root;
    bytes32 indexHash;
    string indexURI;
    uint32 rowCount;
    uint16 dims;
    uint8 topK;
    SketchSource source;
}

/// @notice A base model to register: weights that nobody here trained.
struct BaseModel {
    string name;
    string licence;
    bytes32 weightsHash;
    string weightsURI;
    uint16 royaltyBps;
}

/// @notice A fine-tune to register.
/// @param parent The model it was fine-tuned from.
/// @param versions The frozen dataset versions it was trained on, ascending, at least one, at most 8.
/// @param adapterHash keccak256 of the adapter's weights file.
/// @param manifestHash keccak256 of the run manifest, `run.json`.
/// @param manifestURI Where the manifest can be read.
/// @param rule How its contributors are paid, for good.
struct FineTune {
    ModelId parent;
    VersionId[] versions;
    bytes32 adapterHash;
    bytes32 manifestHash;
    string manifestURI;
    Method method;
    Quantisation quantisation;
    InfluenceIndex influence;
    FeeShares shares;
    Rule rule;
}

/// @notice A royalty owed on every fee of a model, to the owner of one of its ancestors.
struct Royalty {
    AccountId account;
    uint16 bps;
}

/// @notice What `Ledger` needs to record a call of a model. Where the rule is `EqualSplit`, the contributors' share stands as the
/// last royalty, the pool's, and `dims`, `topK` and `contributorBps` are zero.
struct ServingTerms {
    AccountId owner;
    uint32 rowCount;
    uint16 dims;
    uint8 topK;
    uint16 contributorBps;
    uint16 operatorBps;
    Royalty[] royalties;
}

/// @title Models
/// @notice Registers models with their lineage, what they were trained on, and how their fees are shared.
interface IModels is IJournal {
    event BaseModelRegistered(uint32 indexed model, uint32 indexed owner, BaseModel base);
    event FineTuneRegistered(
        uint32 indexed model,
        uint32 indexed owner,
        uint32 indexed parent,
        FineTune fineTune,
        Royalty[] royalties,
        uint32 pool
    );
    event OperatorSet(uint32 indexed model, uint32 indexed operator, bool allowed);

    error Models_EmptyName();
    error Models_UnknownModel(ModelId model);
    error Models_UnknownOperator(AccountId operator);
    error Models_NotOwner(ModelId model, address caller);
    error Models_NotServable(ModelId model);
    error Models_VersionsOutOfRange(uint256 count, uint256 max);
    error Models_VersionsUnsorted(VersionId previous, VersionId version);
    error Models_ZeroHash(string field);
    error Models_DimsOutOfRange(uint16 dims);
    error Models_TopKOutOfRange(uint8 topK);
    error Models_RowCountZero();
    error Models_IndexNotNeeded();
    error Models_SharesTooHigh(uint256 totalBps, uint256 maxBps);
    error Models_RoyaltyTooHigh(uint256 bps, uint256 maxBps);
    error Models_LineageTooDeep(uint256 royalties, uint256 max);

    /// @notice Registers a base model owned by the caller's account.
    function registerBase(BaseModel calldata base) external returns (ModelId model);

    /// @notice Registers a fine-tune owned by the caller's account. Its royalties are flattened here, once: those of the
    /// parent, and the parent's own if it asks for one.
    /// @dev contributorBps + operatorBps + royalties may reach MAX_SHARES_BPS = 9,000; royalties alone 2,000, to at most
    /// five accounts. The event tells the pool of a model with the rule `EqualSplit`, and zero for any other.
    function registerFineTune(FineTune calldata fineTune) external returns (ModelId model);

    /// @notice Lets `operator` record calls of `model`, or stops it. Only the owner's payout address.
    function setOperator(ModelId model, AccountId operator, bool allowed) external;

    /// @notice Terms under which calls of a fine-tune are recorded; reverts with `Models_NotServable` for a base model.
    function servingTerms(ModelId model) external view returns (ServingTerms memory);

    function isOperator(ModelId model, AccountId operator) external view returns (bool);

    /// @notice The account that earns the contributors' share of a model with the rule `EqualSplit`, zero for any other model.
    function poolOf(ModelId model) external view returns (AccountId);

    function ownerOf(ModelId model) external view returns (AccountId);

    function parentOf(ModelId model) external view returns (ModelId);

    /// @notice Merkle root over the model's influence index, zero with the rule `EqualSplit`.
    function influenceRootOf(ModelId model) external view returns (bytes32);

    function versionsOf(ModelId model) external view returns (VersionId[] memory);

    function modelCount() external view returns (uint32);
}
