// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IJournal} from "./IJournal.sol";

/// @title Clock
/// @notice The time by which notices, windows and epochs of all contracts run: the block's timestamp less all time paused.
/// A pause stops recording and registration, and with them this clock, so that no notice and no window ends meanwhile.
/// Claims and settlement go on.
/// @dev A pause ends by itself. All pauses that have less than `PERIOD - MAX_PAUSE` between them last `MAX_PAUSE` at most
/// together, so any 60 days hold at most 14 days of pause.
interface IClock is IJournal {
    event Paused(address indexed by, uint40 until);
    event Resumed(address indexed by, uint40 pausedSeconds);

    error Clock_Paused(uint40 until);
    error Clock_NotPaused();
    error Clock_PausedTooLong(uint40 freeFrom);

    /// @notice Stops the clock until it is resumed, or until the pause is used up.
    function pause() external;

    /// @notice Lets the clock go on.
    function resume() external;

    /// @notice The time now; stands still while paused.
    function time() external view returns (uint40);

    /// @notice The time now; reverts with `Clock_Paused` while paused.
    function runningTime() external view returns (uint40);

    /// @notice When a pause that nobody resumes ends, zero while the clock runs.
    function pausedUntil() external view returns (uint40);
}
