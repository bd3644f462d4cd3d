// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId, ContributionId, ModelId, VersionId} from "../types/Ids.sol";
import {IAccounts} from "./IAccounts.sol";
import {IClock} from "./IClock.sol";
import {IDatasets} from "./IDatasets.sol";
import {IJournal} from "./IJournal.sol";
import {FeeShares, IModels, PayTerms} from "./IModels.sol";

/// @notice How a model was made from its parent.
enum Method {
    Full,
    LoRA,
    QLoRA
}

/// @notice Where a model's sketches come from: gradients of its adapter, or label-signed representations. Both are
/// int4 codes under one rule of pay; an auditor must know which to recompute.
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

/// @notice The published file of all rows and their sketches. Its root is worked out from the units, when they are registered.
/// @param fileHash keccak256 of the row index file.
/// @param fileURI Where it can be read.
/// @param dims Codes in a sketch: a multiple of 64, 64 to 1,024; 0 of an equal split without sketches.
/// @param source What the sketches are made of.
struct RowIndex {
    bytes32 fileHash;
    string fileURI;
    uint16 dims;
    SketchSource source;
}

/// @notice What is said of all units beforehand, and checked when the last one is registered.
/// @param count How many there are, at most 1,024.
/// @param minimumRows Kept rows from which a contribution is paid by itself: 16, or as much more as keeps `count` within bounds.
/// @param jointRows Kept rows of all smaller contributions.
/// @param maxPeak The greatest peak of a unit.
struct UnitPlan {
    uint16 count;
    uint16 minimumRows;
    uint32 jointRows;
    uint32 maxPeak;
}

/// @notice A fine-tune to register.
/// @param parent The model it was fine-tuned from.
/// @param versions The frozen dataset versions it was trained on, ascending, at least one, at most 8.
/// @param adapterHash keccak256 of the adapter's weights file.
/// @param manifestHash keccak256 of the run manifest, `run.json`.
/// @param manifestURI Where the manifest can be read.
struct FineTune {
    ModelId parent;
    VersionId[] versions;
    bytes32 adapterHash;
    bytes32 manifestHash;
    string manifestURI;
    Method method;
    Quantisation quantisation;
    RowIndex index;
    UnitPlan plan;
    FeeShares shares;
    PayTerms pay;
}

/// @notice Some of a model's contributions, and the units that they complete.
/// @param contributions Ascending by id, each of every version once over all pages.
/// @param kept How many rows of each are kept, the others being dropped near-copies.
/// @param units For each unit that ends here: rowsRoot bytes32 ‖ rows uint32 ‖ peak uint32 ‖ packed sketch. Nothing where `dims` is 0.
/// @param total The sum of all units' weighted sketches, with its bias (`UnitTotals`): 4 bytes a dimension, the same on every page.
struct UnitPage {
    ContributionId[] contributions;
    uint32[] kept;
    bytes units;
    bytes total;
}

/// @notice How far the registration of a fine-tune in pages has come. Held by its hash; its last page's event tells it.
/// @param last The last contribution so far.
/// @param versionCounts How many contributions of each version were named, 32 bits each, the first version's lowest.
/// @param soloUnits Units of contributions that are paid by themselves.
/// @param almostCount Contributions with one kept row less than `minimumRows`.
/// @param keptRows Kept rows of all finished units.
/// @param jointDone Kept rows of all contributions in joint units, the open one included.
/// @param jointKept The open joint unit: kept rows, all rows, first member, members.
/// @param members Members of all joint units, those of the open one included.
/// @param maxPeak The greatest peak so far.
/// @param maxSquare The greatest `scale² · |code|²` so far.
/// @param fixedTotal The sum of fixed weights so far.
/// @param scaleTotal The sum of scales so far.
/// @param unitCount Finished units.
/// @param roots Frontier of the tree of units.
/// @param sum Their weighted sketches so far, not settled.
/// @param chunks Where they are kept: address ‖ firstUnit uint16 ‖ units uint16 ‖ firstMember uint32 ‖ members uint32, each.
/// @param joints Joint units: unit uint16 ‖ firstMember uint32 ‖ members uint32, each.
struct Draft {
    ContributionId last;
    uint256 versionCounts;
    uint32 soloUnits;
    uint32 almostCount;
    uint32 keptRows;
    uint32 jointDone;
    uint32 jointKept;
    uint32 jointRows;
    uint32 jointFirst;
    uint32 members;
    uint32 maxPeak;
    uint64 maxSquare;
    uint128 fixedTotal;
    uint32 scaleTotal;
    uint16 unitCount;
    bool jointOpen;
    bytes32[] roots;
    bytes sum;
    bytes chunks;
    bytes joints;
}

/// @title FineTunes
/// @notice Registers fine-tunes with the units that their contributors are paid by. Those are checked here against the frozen versions, so that
/// none is foreign, misassigned or withheld, and kept as code.
interface IFineTunes is IJournal {
    event FineTuneBegun(uint32 indexed model, uint32 indexed owner, FineTune fineTune);
    event UnitsRegistered(uint32 indexed model, uint16 firstUnit, bytes contributions, bytes units, bytes draft);
    event FineTuneRegistered(
        uint32 indexed model,
        bytes32 indexRoot,
        bytes32 totalHash,
        uint64 floorNorm,
        uint128 fixedTotal,
        uint32 keptRows
    );

    error FineTunes_VersionsOutOfRange(uint256 count, uint256 max);
    error FineTunes_VersionsUnsorted(VersionId previous, VersionId version);
    error FineTunes_PlanOutOfRange(UnitPlan plan);
    error FineTunes_ContributionsUnsorted(ContributionId previous, ContributionId contribution);
    error FineTunes_NotIncluded(ContributionId contribution);
    error FineTunes_ConsentWithdrawn(ContributionId contribution, uint40 usableUntil);
    error FineTunes_KeptOutOfRange(ContributionId contribution, uint32 kept, uint32 itemCount);
    error FineTunes_UnitsOutOfRange(uint256 found, uint256 expected);
    error FineTunes_RowsOutOfRange(uint256 unit, uint256 rows, uint256 expected);
    error FineTunes_SketchOutOfRange(uint256 unit);
    error FineTunes_PeakOutOfRange(uint256 unit, uint32 peak, uint32 maxPeak);
    error FineTunes_PeakUnreached(uint32 reached, uint32 maxPeak);
    error FineTunes_JointRowsDiffer(uint32 found, uint32 planned);
    error FineTunes_MinimumTooHigh(uint16 minimumRows, uint256 unitsBelow);
    error FineTunes_TotalDiffers(bytes32 found, bytes32 given);
    error FineTunes_OtherDraft(ModelId model, bytes32 found, bytes32 expected);
    error FineTunes_EmptyPage(ModelId model);
    error FineTunes_PageLengths(uint256 contributions, uint256 kept);
    error FineTunes_TooManyPages(uint256 max);
    error FineTunes_ZeroHash(string field);
    error FineTunes_NotOwner(ModelId model, AccountId caller);

    /// @notice Registers a fine-tune owned by the caller's account, or begins to, where its units do not fit one page. It is registered when every
    /// contribution of every version was named.
    function registerFineTune(FineTune calldata fineTune, UnitPage calldata page) external returns (ModelId model);

    /// @notice Registers more units of a fine-tune that was begun. Only its owner.
    /// @param fineTune As it was begun.
    /// @param draft As the event of the page before tells it.
    /// @param page With the same total as the pages before: fixed weights are worked out from it page by page.
    function continueFineTune(
        ModelId model,
        FineTune calldata fineTune,
        Draft calldata draft,
        UnitPage calldata page
    ) external;

    /// @notice The hash of a fine-tune that was begun, of its total, and of its draft; zero of any other.
    function draftHashOf(ModelId model) external view returns (bytes32);

    function models() external view returns (IModels);

    function accounts() external view returns (IAccounts);

    function datasets() external view returns (IDatasets);

    function clock() external view returns (IClock);
}
