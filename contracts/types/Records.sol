// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId, BatchId, BookId} from "./Ids.sol";

/// @dev The longest that a receipt should promise ahead, in seconds. Whatever could keep an operator from recording waits as long.
uint40 constant PROMISE_SECONDS = 1 days;

/// @notice What the Ledger commits to of a batch (docs/protocol.md, "Records and batches"). All of it stands in its events.
/// @param book The book that took it, which names its model and its operator.
/// @param number Which batch of the book it is, counting from 0.
/// @param recordedIn The block that holds it.
/// @param count How many records it was recorded with.
/// @param units Fees of the records that stand, in the model's fee unit.
/// @param root Ordered tree over its records' leaves.
/// @param sumHash keccak256 of the sum of the query sketches that stand, zero where the model's records hold none.
struct BatchHeader {
    BatchId batch;
    BookId book;
    uint32 number;
    uint40 recordedIn;
    uint32 count;
    uint64 units;
    bytes32 root;
    bytes32 sumHash;
}

/// @notice A record as its leaf holds it.
/// @param payer The account whose channel paid.
/// @param salt What tells the channel from others of the same payer, operator and model.
/// @param feeUnits The fee, in the model's fee unit.
/// @param commitment `keccak256(salt ‖ requestHash ‖ answerHash ‖ keccak256(int4 sketch))`.
/// @param sketch The query sketch, empty where the model's records hold none.
struct Record {
    AccountId payer;
    uint32 salt;
    uint16 feeUnits;
    bytes32 commitment;
    bytes sketch;
}

/// @notice A recorded inference, and the way that shows it to be recorded.
/// @param index Which record of the batch it is, counting from 0.
/// @param path Siblings from its leaf to the batch's root.
struct RecordProof {
    BatchHeader header;
    uint256 index;
    Record record;
    bytes32[] path;
}
