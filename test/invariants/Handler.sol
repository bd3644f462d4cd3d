// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IndexProof} from "../../contracts/types/Records.sol";
import {BondActs} from "./BondActs.sol";
import {Books, Cast} from "./Books.sol";
import {Case, Cases} from "./Cases.sol";
import {CourtActs} from "./CourtActs.sol";
import {TabActs} from "./TabActs.sol";

/// @notice Plays everybody at once, liars, challengers, the court and its arbiter included, in whatever order the runner draws.
contract Handler is TabActs, BondActs, CourtActs {
    constructor(
        Cast memory cast,
        Case[] memory cases,
        IndexProof memory neighbour
    ) Books(cast) Cases(cases, neighbour) {}
}
