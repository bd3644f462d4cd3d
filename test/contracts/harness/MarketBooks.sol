// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Split} from "../../../contracts/interfaces/IBonds.sol";
import {Book} from "../../../contracts/interfaces/ILedger.sol";
import {AccountId, BookId, bookOf, ModelId} from "../../../contracts/types/Ids.sol";
import {Market} from "./Market.sol";
import {PlainBatch, PlainRecord} from "./PlainBatch.sol";
import {PlainBook, PlainBooks, PlainModel, PlainPay} from "./PlainBooks.sol";
import {PlainUnits} from "./PlainUnits.sol";
import {Recordings} from "./Recordings.sol";
import {Vouchers} from "./Vouchers.sol";
import {World} from "./World.sol";

/// @notice The market's model with its books: records drawn from seeds, pay by the plain twin.
abstract contract MarketBooks is Market, Recordings, Vouchers {
    function setUp() public virtual override(Market, World) {
        super.setUp();
    }

    /// @dev A record of a payer with a random query sketch.
    function drawn(uint256 payer, uint256 units, uint256 seed) internal pure returns (PlainRecord memory) {
        bytes32 commitment = keccak256(abi.encode("commitment", payer, units, seed));
        bytes32 sketch = keccak256(abi.encode("sketch", payer, units, seed));
        return PlainRecord(payer, units, commitment, abi.encodePacked(bytes8(sketch)));
    }

    /// @dev Records one call, which is covered first.
    function recordOne(uint256 payer, uint256 units, uint256 seed) internal returns (uint256 place) {
        PlainRecord[] memory records = new PlainRecord[](1);
        records[0] = drawn(payer, units, seed);
        return recordAll(records);
    }

    /// @dev Records calls, which are covered first.
    function recordAll(PlainRecord[] memory records) internal returns (uint256 place) {
        for (uint256 i = 0; i < PAYERS; ++i) {
            uint256 units = channels.channelOf(channelKey(i)).chargedUnits;
            for (uint256 r = 0; r < records.length; ++r) {
                if (records[r].channel == i) units += records[r].units;
            }
            cover(i, units);
        }
        return recordAs(operatorAccount, model, namedChannels(), "", PlainBatch.encode(records));
    }

    /// @dev So many records of a fee each, payers in turn.
    function recordMany(uint256 count, uint256 units, uint256 seed) internal returns (uint256 place) {
        PlainRecord[] memory records = new PlainRecord[](count);
        for (uint256 i = 0; i < count; ++i) {
            records[i] = drawn(i % PAYERS, units, uint256(keccak256(abi.encode(seed, i))));
        }
        return recordAll(records);
    }

    /// @dev A voucher of a payer for so many fee units, as a batch carries it.
    function voucherOf(uint256 place, uint256 payer, uint256 units) internal view returns (bytes memory) {
        uint128 amountWei = uint128(units * FEE_UNIT * 1e9);
        return voucherBytes(place, channelKey(payer), keyOf(payerName(payer)), amountWei);
    }

    function book(uint32 number) internal view returns (BookId) {
        return bookOf(model, operatorAccount, number);
    }

    function state(uint32 number) internal view returns (Book memory) {
        return ledger.bookStateOf(book(number));
    }

    /// @dev To the first moment in which a book can be settled.
    function passWindow(uint32 number) internal {
        pass(ledger.windowEndOf(book(number)) - clock.time());
    }

    function plainModel() internal view virtual returns (PlainModel memory plain) {
        plain.dims = DIMS;
        plain.codes = new int256[][](CONTRIBUTORS);
        plain.scales = new uint256[](CONTRIBUTORS);
        plain.kept = new uint256[](CONTRIBUTORS);
        plain.isStruck = new bool[](CONTRIBUTORS);
        for (uint256 u = 0; u < CONTRIBUTORS; ++u) {
            plain.codes[u] = unitCodes(u);
            plain.scales[u] = PlainUnits.scaleOf(peakOf(u), maxPeak());
            plain.kept[u] = ITEMS;
        }
        (, plain.fixedWeights) = PlainUnits.fixedWeights(plain.scales, plain.codes);
        (plain.contributorBps, plain.operatorBps) = (6_000, 1_500);
        plain.royaltiesBps = new uint256[](1);
        plain.royaltiesBps[0] = 300;
        (plain.baseBps, plain.floorBps, plain.feeUnitGwei) = (0, 10_000, FEE_UNIT);
    }

    function plainPay(uint32 number) internal view returns (PlainPay memory) {
        PlainModel memory plain = plainModel();
        return PlainBooks.payOf(plain, plainBookOf(book(number), plain));
    }

    /// @dev Anyone who earns from a book of the market's model: contributors, operator, owner, the base's owner, treasury.
    function earners() internal view returns (AccountId[] memory list) {
        list = new AccountId[](CONTRIBUTORS + 4);
        for (uint256 u = 0; u < CONTRIBUTORS; ++u) list[u] = contributors[u];
        (list[CONTRIBUTORS], list[CONTRIBUTORS + 1]) = (operatorAccount, modelOwner);
        (list[CONTRIBUTORS + 2], list[CONTRIBUTORS + 3]) = (baseOwner, treasury);
    }

    /// @dev What each of the earners is paid.
    function sharesOf(PlainPay memory pay) internal pure returns (uint256[] memory list) {
        list = new uint256[](CONTRIBUTORS + 4);
        for (uint256 u = 0; u < CONTRIBUTORS; ++u) list[u] = pay.unitsGwei[u];
        (list[CONTRIBUTORS], list[CONTRIBUTORS + 1]) = (pay.operatorGwei, pay.ownerGwei);
        (list[CONTRIBUTORS + 2], list[CONTRIBUTORS + 3]) = (pay.royaltiesGwei[0], pay.treasuryGwei);
    }

    /// @dev A split of what is slashed: some of it to an account, nothing to contributors.
    function toOnly(AccountId account, uint16 bps) internal pure returns (Split memory) {
        return Split({to: account, toBps: bps, model: ModelId.wrap(0), operator: AccountId.wrap(0), givenBps: 0});
    }

    /// @dev A split of which all goes to the contributors of the market's model.
    function toContributors() internal view returns (Split memory) {
        return Split({to: treasury, toBps: 0, model: model, operator: operatorAccount, givenBps: 10_000});
    }

    function earnedBy(AccountId account) internal view returns (uint256 earnedGwei) {
        (earnedGwei, ) = earnings.earningsOf(account);
    }
}
