// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Voiding
/// @notice What one account earned in one epoch, by one record and by any number of others, whichever they are: as long as the
/// record may be struck, its credit is pending, whole, so that taking it back takes nothing that others earned; and it is
/// taken back once.
/// @dev Proved as `Solvency` is. The packed slots would panic otherwise: here it shows that they never do.
contract Voiding {
    uint256 public pending;
    uint256 public others;

    bool public isRecorded;
    bool public isVoided;
    uint256 public credited;
    uint256 public takenBack;

    /// @notice Epochs since: credit is added at 0, and can be struck at 0 and 1.
    uint256 public age;

    function creditAnother(uint256 amount) external {
        require(age == 0);
        pending += amount;
        others += amount;
    }

    function creditThis(uint256 amount) external {
        require(age == 0 && !isRecorded);
        isRecorded = true;
        credited = amount;
        pending += amount;
    }

    function turnEpoch() external {
        age += 1;
    }

    /// @dev Another record's strike takes what that record credited, which is among `others`.
    function strikeAnother(uint256 amount) external {
        require(age < 2);
        others -= amount;
        pending -= amount;
    }

    function strikeThis() external {
        require(age < 2 && isRecorded && !isVoided);
        assert(pending >= credited);
        isVoided = true;
        takenBack += credited;
        pending -= credited;
    }

    function check() external view {
        assert(takenBack <= credited);
    }
}
