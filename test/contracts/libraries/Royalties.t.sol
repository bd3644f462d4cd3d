// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IModels, Royalty} from "../../../contracts/interfaces/IModels.sol";
import {Lineage, Royalties} from "../../../contracts/libraries/Royalties.sol";
import {AccountId} from "../../../contracts/types/Ids.sol";
import {Test} from "../harness/Test.sol";

contract RoyaltiesHarness {
    function below(Lineage parent, AccountId owner, uint16 bps) external pure returns (Lineage) {
        return Royalties.below(parent, owner, bps);
    }
}

contract RoyaltiesTest is Test {
    using Royalties for Lineage;

    Lineage private constant NONE = Lineage.wrap(0);

    function test_GivenNoRoyalty_TheChildOwesWhatItsParentOwes() public pure {
        Lineage parent = NONE.below(AccountId.wrap(7), 300);
        vm.assertEq(Lineage.unwrap(NONE.below(AccountId.wrap(7), 0)), 0);
        vm.assertEq(Lineage.unwrap(parent.below(AccountId.wrap(8), 0)), Lineage.unwrap(parent));
        vm.assertEq(NONE.length(), 0);
        vm.assertEq(NONE.totalBps(), 0);
        vm.assertEq(NONE.list().length, 0);
    }

    function test_GivenAnAccountOwedTwice_ItKeepsItsPlaceAndIsOwedTheSum() public pure {
        Lineage lineage = NONE.below(AccountId.wrap(7), 300).below(AccountId.wrap(8), 200).below(AccountId.wrap(7), 50);
        Royalty[] memory expected = new Royalty[](2);
        (expected[0], expected[1]) = (Royalty(AccountId.wrap(7), 350), Royalty(AccountId.wrap(8), 200));
        vm.assertEq(abi.encode(lineage.list()), abi.encode(expected));
        vm.assertEq(lineage.totalBps(), 550);
    }

    function test_GivenFiveAccounts_ASixthReverts() public {
        RoyaltiesHarness harness = new RoyaltiesHarness();
        Lineage lineage = NONE;
        for (uint32 i = 1; i <= 5; ++i) lineage = harness.below(lineage, AccountId.wrap(i), 100);
        vm.assertEq(lineage.length(), 5);
        harness.below(lineage, AccountId.wrap(5), 100);
        vm.expectRevert(abi.encodeWithSelector(IModels.Models_LineageTooDeep.selector, 6, 5));
        harness.below(lineage, AccountId.wrap(6), 100);
    }

    /// @dev What a plain list of owners and parts adds up to, account by account, in order of their first place.
    function testFuzz_GivenAnyLineage_ItIsThePlainList(uint8[6] memory owners, uint16[6] memory parts) public pure {
        Royalty[] memory plain = new Royalty[](6);
        uint256 count = 0;
        uint256 total = 0;
        Lineage lineage = NONE;
        for (uint256 i = 0; i < owners.length; ++i) {
            AccountId owner = AccountId.wrap(type(uint32).max - (owners[i] % 5));
            uint16 bps = uint16(parts[i] % (2_001 - total));
            lineage = lineage.below(owner, bps);
            total += bps;
            if (bps == 0) continue;
            uint256 place = 0;
            while (place < count && !(plain[place].account == owner)) ++place;
            if (place == count) plain[count++].account = owner;
            plain[place].bps += bps;
        }
        vm.assertEq(lineage.length(), count);
        vm.assertEq(lineage.totalBps(), total);
        for (uint256 i = 0; i < count; ++i) {
            vm.assertEq(abi.encode(lineage.royaltyAt(i)), abi.encode(plain[i]));
            vm.assertEq(abi.encode(lineage.list()[i]), abi.encode(plain[i]));
        }
    }
}
