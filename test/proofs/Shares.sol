// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Shares
/// @notice A book's pay: however many units share it by whatever weights, they never get more than the pool, less than a gwei a unit is lost by
/// rounding down, and with operator, owner, royalties and treasury all that is paid is all that came (P3, B2).
/// @dev Proved as `Channel` is. A unit's weight is what the pool times its weight comes to, so that nothing is multiplied: a part is that divided by
/// the sum of weights.
contract Shares {
    uint256 private constant SCALE = 1_000;
    uint256 private constant BPS = 10_000;
    uint256 private constant CONTRIBUTOR_BPS = 6_000;
    uint256 private constant OPERATOR_BPS = 1_500;
    uint256 private constant OWNER_BPS = 2_000;
    uint256 private constant ROYALTY_BPS = 300;

    uint256 public fees;
    uint256 public given;
    uint256 public pool;
    uint256 public entitled;
    uint256 public paid;
    uint256 public units;
    bool public isSummed;
    bool public isSettled;
    uint256 public others;

    function finishSum(uint256 fees_, uint256 given_) external {
        require(!isSummed);
        isSummed = true;
        (fees, given) = (fees_, given_);
        pool = (fees_ * CONTRIBUTOR_BPS) / BPS + given_;
    }

    function payUnit(uint256 weighed) external {
        require(isSummed && !isSettled && entitled + weighed <= pool * SCALE);
        entitled += weighed;
        paid += weighed / SCALE;
        units += 1;
    }

    function finish() external {
        require(isSummed && !isSettled);
        isSettled = true;
        uint256 treasury = fees + given - paid;
        uint256 operator = (fees * OPERATOR_BPS) / BPS;
        uint256 owner = (fees * OWNER_BPS) / BPS;
        uint256 royalty = (fees * ROYALTY_BPS) / BPS;
        treasury -= operator + owner + royalty;
        others = operator + owner + royalty + treasury;
    }

    function check() external view {
        assert(paid <= pool);
        assert(entitled - paid * SCALE <= units * SCALE);
        assert(!isSettled || paid + others == fees + given);
    }
}
