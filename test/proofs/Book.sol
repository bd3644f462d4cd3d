// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Book
/// @notice One book and one of its batches, whichever they are: the book's fees are those of its batches, so that a settlement that has shown each
/// batch once has found all fees (B1); a record leaves once, while the window is open; nothing changes a book that pays (B5).
/// @dev Proved as `Channel` is.
contract Book {
    uint256 public units;
    uint256 public batch;
    uint256 public others;
    uint256 public charged;
    uint256 public voided;

    bool public isOver;
    bool public isSummed;
    bool public batchShown;
    uint256 public othersShown;
    uint256 public sum;

    uint256 public recordUnits;
    bool public isVoided;
    uint256 public takenOut;

    /// @notice The batch, and the record in it that may be voided.
    function recordBatch(uint256 record, uint256 more) external {
        require(!isOver && batch == 0 && recordUnits == 0 && record != 0);
        recordUnits = record;
        batch = record + more;
        units += batch;
        charged += batch;
    }

    function recordAnother(uint256 fees) external {
        require(!isOver);
        others += fees;
        units += fees;
        charged += fees;
    }

    function voidRecord() external {
        require(!isOver && recordUnits != 0 && !isVoided);
        isVoided = true;
        takenOut += recordUnits;
        batch -= recordUnits;
        units -= recordUnits;
        voided += recordUnits;
    }

    function voidAnother(uint256 fees) external {
        require(!isOver);
        others -= fees;
        units -= fees;
        voided += fees;
    }

    function endWindow() external {
        isOver = true;
    }

    function showBatch() external {
        require(isOver && !batchShown);
        batchShown = true;
        sum += batch;
    }

    function showAnother(uint256 fees) external {
        require(isOver && othersShown + fees <= others);
        othersShown += fees;
        sum += fees;
    }

    function finishSum() external {
        require(batchShown && othersShown == others);
        isSummed = true;
    }

    function check() external view {
        assert(units + voided == charged);
        assert(!isSummed || sum == units);
        assert(takenOut <= recordUnits);
    }
}
