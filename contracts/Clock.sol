// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Governed} from "./Governed.sol";
import {IClock} from "./interfaces/IClock.sol";
import {OpenToken} from "./OpenToken.sol";

/// @title Clock
/// @dev What each function promises stands in `IClock`.
contract Clock is IClock, Governed {
    /// @dev One slot, in timestamps and seconds.
    /// @param pausedAt When the last pause began, zero once it is counted in `stoppedSeconds`.
    /// @param endsAt When it ends by itself.
    /// @param stoppedSeconds How long all pauses before it lasted.
    /// @param lastEnd When the pause before it ended.
    /// @param usedSeconds What pauses used of `MAX_PAUSE` since the last long time without one.
    struct Pauses {
        uint40 pausedAt;
        uint40 endsAt;
        uint40 stoppedSeconds;
        uint40 lastEnd;
        uint32 usedSeconds;
    }

    uint32 public constant MAX_PAUSE = 14 days;
    uint32 public constant PERIOD = 60 days;

    Pauses private _pauses;

    constructor(OpenToken token, address authority_) Governed(authority_) {
        token.refuseTransfers();
    }

    /// @inheritdoc IClock
    function pause() external restricted {
        Pauses memory pauses = _ended(_pauses);
        uint40 now_ = uint40(block.timestamp);
        require(pauses.pausedAt == 0, Clock_Paused(pauses.endsAt));
        uint40 freeFrom = pauses.lastEnd + PERIOD - MAX_PAUSE;
        if (now_ >= freeFrom) pauses.usedSeconds = 0;
        require(pauses.usedSeconds < MAX_PAUSE, Clock_PausedTooLong(freeFrom));

        pauses.pausedAt = now_;
        pauses.endsAt = now_ + MAX_PAUSE - pauses.usedSeconds;
        _pauses = pauses;

        _emit(2, abi.encode(Paused.selector, msg.sender, pauses.endsAt));
    }

    /// @inheritdoc IClock
    function resume() external restricted {
        Pauses memory pauses = _ended(_pauses);
        require(pauses.pausedAt != 0, Clock_NotPaused());

        uint40 pausedSeconds = uint40(block.timestamp) - pauses.pausedAt;
        pauses.endsAt = uint40(block.timestamp);
        _pauses = _ended(pauses);

        _emit(2, abi.encode(Resumed.selector, msg.sender, pausedSeconds));
    }

    /// @inheritdoc IClock
    function time() external view returns (uint40) {
        Pauses memory pauses = _ended(_pauses);
        return (pauses.pausedAt == 0 ? uint40(block.timestamp) : pauses.pausedAt) - pauses.stoppedSeconds;
    }

    /// @inheritdoc IClock
    function runningTime() external view returns (uint40) {
        Pauses memory pauses = _ended(_pauses);
        require(pauses.pausedAt == 0, Clock_Paused(pauses.endsAt));
        return uint40(block.timestamp) - pauses.stoppedSeconds;
    }

    /// @inheritdoc IClock
    function pausedUntil() external view returns (uint40) {
        Pauses memory pauses = _ended(_pauses);
        return pauses.pausedAt == 0 ? 0 : pauses.endsAt;
    }

    /// @dev Counts a pause that is over.
    function _ended(Pauses memory pauses) private view returns (Pauses memory) {
        if (pauses.pausedAt == 0 || block.timestamp < pauses.endsAt) return pauses;
        uint40 lasted = pauses.endsAt - pauses.pausedAt;
        pauses.stoppedSeconds += lasted;
        pauses.usedSeconds += uint32(lasted);
        pauses.lastEnd = pauses.endsAt;
        pauses.pausedAt = 0;
        return pauses;
    }
}
