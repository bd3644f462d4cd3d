// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IJournal} from "../../../contracts/interfaces/IJournal.sol";
import {JournalChain} from "./JournalChain.sol";
import {Vm} from "./Test.sol";
import {World} from "./World.sol";

/// @notice A world whose journals are replayed from the log, as an auditor does it.
abstract contract Journals is World {
    address[] private _writers;
    mapping(address writer => bytes32 slot) private _slots;
    mapping(address writer => mapping(bytes32 selector => bool)) private _told;

    /// @dev From here on everything that is told is replayed.
    function watch() internal {
        _writers = [
            address(clock),
            address(accounts),
            address(datasets),
            address(models),
            address(fineTunes),
            address(earnings),
            address(bonds),
            address(channels),
            address(ledger),
            address(settlement),
            address(court),
            address(unitCourt),
            address(evaluations)
        ];
        for (uint256 i = 0; i < _writers.length; ++i) _slots[_writers[i]] = JournalChain.slotOf(IJournal(_writers[i]));
        vm.recordLogs();
    }

    /// @dev That every journal is the chain of its contract's logs.
    function expectReplayed() internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            address writer = logs[i].emitter;
            _slots[writer] = JournalChain.next(_slots[writer], logs[i]);
            _told[writer][logs[i].topics[0]] = true;
        }
        for (uint256 i = 0; i < _writers.length; ++i)
            vm.assertEq(JournalChain.slotOf(IJournal(_writers[i])), _slots[_writers[i]]);
    }

    function expectTold(address writer, bytes32 selector) internal view {
        vm.assertTrue(_told[writer][selector]);
    }
}
