// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId, ContributionId, DatasetId, ModelId} from "../types/Ids.sol";
import {ICommitments} from "./ICommitments.sol";
import {IBonds} from "./IBonds.sol";
import {IModels} from "./IModels.sol";

/// @notice What a proof against a unit showed.
enum UnitFault {
    /// It is not the sum of its rows, or does not have as many kept ones.
    FalseSum,
    /// A row that helps counts for more than its cap.
    AboveCap,
    /// A row's sketch holds the nibble 0x8, or a dropped row names no row.
    Malformed,
    /// A kept row is a near-copy of another kept one.
    CopyKept,
    /// A row was dropped as a near-copy that is none.
    NoCopy,
    /// Its rows, or that a row's item was contributed, were not shown in time.
    Withheld
}

/// @notice A unit's leaf in its model's row index (docs/protocol.md, "Merkle trees").
/// @param unit Its number.
/// @param rowsRoot Ordered tree over its rows.
/// @param rows How many it has, dropped ones included.
/// @param kept How many are kept.
/// @param contribution Whose it is, zero of a joint unit.
/// @param path Siblings from its leaf to the row index's root.
struct UnitShown {
    uint16 unit;
    bytes32 rowsRoot;
    uint32 rows;
    uint32 kept;
    ContributionId contribution;
    bytes32[] path;
}

/// @notice A row of a unit.
/// @param index Which of its rows.
/// @param row Its bytes (docs/protocol.md, "Row index").
/// @param path Siblings from its leaf to the unit's `rowsRoot`.
struct RowShown {
    uint32 index;
    bytes row;
    bytes32[] path;
}

/// @notice Where an item was contributed.
/// @param dataset With the next two what the contribution committed to.
/// @param itemsRoot Root of the tree of its items.
/// @param itemCount How many items it has.
/// @param member Of a joint unit, which of its members contributed it.
/// @param path Siblings from the item's leaf to `itemsRoot`.
struct ItemShown {
    DatasetId dataset;
    bytes32 itemsRoot;
    uint32 itemCount;
    uint32 member;
    bytes32[] path;
}

/// @notice Rows of a unit shown so far, in pages; held by its hash.
/// @param count How many rows.
/// @param roots Frontier of their tree.
/// @param kept How many are kept.
/// @param weight The sum of their multipliers.
/// @param sum Their weighted sketches, not settled.
/// @param isFalse Whether a row was wrong by itself.
/// @param fault How.
struct RowsRead {
    uint256 count;
    bytes32[] roots;
    uint32 kept;
    uint32 weight;
    bytes sum;
    bool isFalse;
    UnitFault fault;
}

/// @notice What demands of rows cost and how long they take. Held within bounds by the code.
/// @param demandFeeGwei What a demand stakes; not zero, 1,000 OPEN at most.
/// @param demandSeconds How long there is to answer one: 1 hour to 5 days.
struct UnitCourtTerms {
    uint64 demandFeeGwei;
    uint32 demandSeconds;
}

/// @notice A unit, or the item of one of its rows, that somebody asks to see.
/// @param demander Who asks, zero if nobody did.
/// @param dueAt Until when it has to be shown.
/// @param stakeGwei What was staked.
/// @param isAnswered Whether it was shown: it is in the logs then, and need not be again.
struct UnitDemand {
    AccountId demander;
    uint40 dueAt;
    uint64 stakeGwei;
    bool isAnswered;
}

/// @title UnitCourt
/// @notice Holds a model's units to the rows that its owner published. A false unit strikes its model and costs all of its bond.
interface IUnitCourt is ICommitments {
    event UnitProvedFalse(
        uint32 indexed model,
        uint16 indexed unit,
        uint32 indexed challenger,
        UnitFault fault,
        uint64 takenGwei
    );
    event UnitRowsShown(uint32 indexed model, uint16 indexed unit, uint32 from, bytes rows);
    event UnitDemanded(
        uint32 indexed model,
        uint16 indexed unit,
        uint32 indexed demander,
        uint64 stakeGwei,
        uint40 dueAt
    );
    event UnitAnswered(uint32 indexed model, uint16 indexed unit, uint32 indexed shownBy);
    event ItemDemanded(
        uint32 indexed model,
        uint16 indexed unit,
        uint32 indexed demander,
        uint32 index,
        uint64 stakeGwei,
        uint40 dueAt
    );
    event ItemAnswered(
        uint32 indexed model,
        uint16 indexed unit,
        uint32 indexed shownBy,
        uint32 index,
        bytes32 contribution,
        bytes32 itemHash
    );
    event UnitCourtTermsSet(UnitCourtTerms previous, UnitCourtTerms terms);

    error UnitCourt_TermsOutOfRange(UnitCourtTerms terms);
    error UnitCourt_NoRowIndex(ModelId model);
    error UnitCourt_NotTheUnit(ModelId model, uint256 unit, bytes32 found, bytes32 indexRoot);
    error UnitCourt_NotARow(uint256 unit, uint256 index, bytes32 found, bytes32 rowsRoot);
    error UnitCourt_RowMalformed(uint256 unit, uint256 index, uint256 length);
    error UnitCourt_OtherRows(bytes32 found, bytes32 rowsRoot);
    error UnitCourt_OtherTotal(bytes32 found, bytes32 totalHash);
    error UnitCourt_OtherReading(bytes32 found, bytes32 expected);
    error UnitCourt_TooManyRows(uint256 count, uint256 rows);
    error UnitCourt_UnitSound(ModelId model, uint256 unit);
    error UnitCourt_SameRow(uint256 unit, uint256 index);
    error UnitCourt_RowsSound(uint256 dotSquared, uint256 lengths);
    error UnitCourt_OtherTwin(uint256 unit, uint256 index, uint256 namedUnit, uint256 namedIndex);
    error UnitCourt_AlreadyDemanded(ModelId model, uint256 unit, uint256 index);
    error UnitCourt_NotDemanded(ModelId model, uint256 unit, uint256 index);
    error UnitCourt_DemandOpen(uint40 dueAt, uint40 time);
    error UnitCourt_DemandOver(uint40 dueAt, uint40 time);
    error UnitCourt_NotContributed(uint256 unit, uint256 index);
    error UnitCourt_NoSuchRow(uint256 unit, uint256 index);

    /// @notice Proves that a unit is not what its rows make, in pages: all of them, in their order. Rows that are right by themselves and make the
    /// unit as it was registered revert the last page.
    /// @param salt Anything; makes the commitment hard to guess, here and below. Only the first page is committed to.
    /// @param total The sum of the model's units, as it was registered.
    /// @param rows Bytes of the next rows, one after the other.
    /// @param read What the pages before came to; anything on the first page.
    function proveFalseUnit(
        bytes32 salt,
        ModelId model,
        UnitShown calldata shown,
        bytes calldata total,
        bytes calldata rows,
        RowsRead calldata read
    ) external;

    /// @notice Strikes the later accepted of two kept rows' units where they are near-copies: cosine 0.80 or more. A joint unit counts as later
    /// than others, and of two joint ones that of the higher number.
    function proveCopyKept(
        bytes32 salt,
        ModelId model,
        UnitShown calldata unitA,
        RowShown calldata rowA,
        UnitShown calldata unitB,
        RowShown calldata rowB
    ) external;

    /// @notice Strikes a unit with a row that was dropped as a near-copy of a row that is not kept, that does not exist, or that it does not
    /// resemble: cosine below 0.60.
    /// @param twin The row that it names; ignored where its unit has no such row.
    function proveNoCopy(
        bytes32 salt,
        ModelId model,
        UnitShown calldata shown,
        RowShown calldata dropped,
        UnitShown calldata twinUnit,
        RowShown calldata twin
    ) external;

    /// @notice Asks to see all rows of a unit. Stakes `demandFeeGwei` of the caller's bond. An equal split without sketches has no rows to
    /// show.
    function demandUnit(bytes32 salt, ModelId model, uint16 unit) external;

    /// @notice Shows a demanded unit's rows, in pages. Nine tenths of the stake go to who shows the last one.
    function showUnit(ModelId model, UnitShown calldata shown, bytes calldata rows, RowsRead calldata read) external;

    /// @notice Asks to see that the item of a row was contributed.
    function demandItem(bytes32 salt, ModelId model, uint16 unit, uint32 index) external;

    /// @notice Shows that a demanded row's item was contributed.
    function showItem(ModelId model, UnitShown calldata shown, RowShown calldata row, ItemShown calldata item) external;

    /// @notice Strikes a unit that was not shown in time; the demander gets its stake back and the bounty. For a unit, `index` is 2^32 − 1.
    function closeUnitDemand(ModelId model, uint16 unit, uint32 index) external;

    /// @notice Sets what demands cost from now on.
    function setTerms(UnitCourtTerms calldata terms) external;

    function demandOf(ModelId model, uint16 unit, uint32 index) external view returns (UnitDemand memory);

    function terms() external view returns (UnitCourtTerms memory);

    function models() external view returns (IModels);

    function bonds() external view returns (IBonds);
}
