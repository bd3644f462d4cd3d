// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountTable, AccountTables} from "../../../contracts/libraries/AccountTable.sol";
import {Test} from "../harness/Test.sol";

contract AccountTableTest is Test {
    using AccountTables for AccountTable;

    mapping(uint256 account => uint256 amount) private plain;
    mapping(uint256 account => bool) private known;

    function test_GivenDirtyMemory_ATableBeginsEmpty() public pure {
        assembly ("memory-safe") {
            let free := mload(0x40)
            for {
                let i := 0
            } lt(i, 0x2020) {
                i := add(i, 0x20)
            } {
                mstore(add(free, i), not(i))
            }
        }
        AccountTable table = AccountTables.create(9);
        vm.assertEq(table.count(), 0);
        vm.assertEq(table.newest(), 0);
        (, bool opened) = table.entryOf(0);
        vm.assertTrue(opened);
    }

    /// @dev Few distinct accounts, many of them in the same word modulo 256, some at the table's end.
    function testFuzz_GivenAnyAmounts_TheTableIsAMapping(uint32[60] memory draws) public {
        AccountTable table = AccountTables.create(9);
        uint256 distinct;
        for (uint256 i = 0; i < draws.length; ++i) {
            uint256 place = draws[i] % 16;
            uint256 account = ((draws[i] >> 8) % 4) * 256 + (place < 8 ? place : 240 + place);
            uint256 amount = draws[i];
            (uint256 entry, bool opened) = table.entryOf(account);
            vm.assertTrue(opened != known[account]);
            known[account] = true;
            if (opened) ++distinct;
            AccountTables.increase(entry, amount);
            plain[account] += amount;
        }

        vm.assertEq(table.count(), distinct);
        uint256 listed;
        for (uint256 entry = table.newest(); entry != 0;) {
            (uint256 account, uint256 value, uint256 older) = AccountTables.read(entry);
            vm.assertEq(value, plain[account], "value");
            entry = older;
            ++listed;
        }
        vm.assertEq(listed, distinct);
    }
}
