// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChannelKey} from "../../../contracts/interfaces/IChannels.sol";
import {AccountId, bondOf, ModelId} from "../../../contracts/types/Ids.sol";
import {PlainRecord} from "./PlainBatch.sol";
import {PlainModel} from "./PlainBooks.sol";
import {Recordings} from "./Recordings.sol";
import {Registrar, Registration} from "./Registrar.sol";
import {Vouchers} from "./Vouchers.sol";
import {World} from "./World.sol";

/// @notice A world in which any registered model is served: an operator with a bond that covers everything, and payers whose channels
/// are covered to the last unit.
abstract contract Serving is Registrar, Recordings, Vouchers {
    uint256 internal constant PAYERS = 4;
    uint32 internal constant SALT = 7;
    uint256 internal constant SIGNING_KEY = 0x51697;

    address internal operator = named("operator");
    AccountId internal operatorAccount;
    AccountId[] internal payers;

    /// @dev What random numbers are drawn from.
    uint256 private _state;

    function setUp() public virtual override(Registrar, World) {
        super.setUp();
        operatorAccount = openAccount("operator");
        vm.prank(operator);
        court.setReceiptKey(named("receipt key"));
        token.approve(address(bonds), type(uint256).max);
        token.approve(address(earnings), type(uint256).max);
        bonds.deposit(bondOf(operatorAccount), 50_000_000 * OPEN);
        for (uint256 i = 0; i < PAYERS; ++i) payers.push(openAccount(payerName(i)));
    }

    /// @dev Registers a model, waits for its activation, and opens a channel of each payer.
    function serve(Registration memory drawn) internal returns (ModelId model) {
        model = register(drawn);
        serveRegistered(model);
    }

    function serveRegistered(ModelId model) internal {
        vm.prank(owner);
        models.setOperator(model, operatorAccount, true);
        bonds.deposit(bondOf(model), 50_000_000 * OPEN);
        pass(ACTIVATION);
        for (uint256 i = 0; i < PAYERS; ++i) {
            vm.prank(named(payerName(i)));
            channels.openChannel(operatorAccount, model, SALT, vm.addr(SIGNING_KEY), 0);
        }
    }

    function channelKey(ModelId model, uint256 payer) internal view returns (ChannelKey memory) {
        return ChannelKey(payers[payer], operatorAccount, model, SALT);
    }

    function namedChannels() internal view returns (bytes memory names) {
        for (uint256 i = 0; i < PAYERS; ++i) names = abi.encodePacked(names, payers[i], SALT);
    }

    /// @dev Pays into a payer's channel what it lacks to be charged so many units in all, and covers that.
    function cover(ModelId model, uint256 payer, uint256 units) internal {
        ChannelKey memory key = channelKey(model, payer);
        uint256 unitGwei = models.feeUnitOf(model);
        uint256 depositGwei = channels.channelOf(key).depositGwei;
        if (depositGwei < units * unitGwei) channels.fundChannel(key, uint64(units * unitGwei - depositGwei));
        uint128 amountWei = uint128(units * unitGwei * 1e9);
        (bytes32 r, bytes32 vs) = compact(key, SIGNING_KEY, amountWei);
        channels.present(key, amountWei, r, vs);
    }

    /// @dev Covers what records cost beside what was charged already.
    function coverAll(ModelId model, PlainRecord[] memory records) internal {
        for (uint256 i = 0; i < PAYERS; ++i) {
            uint256 units = channels.channelOf(channelKey(model, i)).chargedUnits;
            for (uint256 r = 0; r < records.length; ++r) {
                if (records[r].channel == i) units += records[r].units;
            }
            cover(model, i, units);
        }
    }

    function drawRecords(uint256 count, uint256 sketchBytes) internal returns (PlainRecord[] memory records) {
        records = new PlainRecord[](count);
        for (uint256 i = 0; i < count; ++i) {
            bytes memory sketch = new bytes(sketchBytes);
            for (uint256 b = 0; b < sketchBytes; b += 32) {
                bytes32 word = bytes32(random());
                for (uint256 j = 0; j < 32 && b + j < sketchBytes; ++j) sketch[b + j] = word[j];
            }
            records[i] = PlainRecord(random(PAYERS), drawUnits(), bytes32(random()), sketch);
        }
    }

    /// @dev Small fees and the largest as often as others.
    function drawUnits() internal returns (uint256) {
        uint256 kind = random(8);
        if (kind == 0) return 1;
        if (kind == 1) return 65_535;
        return kind < 4 ? 1 + random(100) : 1 + random(65_535);
    }

    function plainModelOf(Registration memory drawn) internal pure returns (PlainModel memory plain) {
        uint256 count = drawn.units.length;
        plain.dims = drawn.tune.pay.sketched ? drawn.tune.index.dims : 0;
        plain.codes = codesOf(drawn);
        plain.scales = scalesOf(drawn);
        plain.kept = new uint256[](count);
        plain.isStruck = new bool[](count);
        for (uint256 u = 0; u < count; ++u) plain.kept[u] = drawn.units[u].kept;
        plain.fixedWeights = new uint256[](count);
        if (drawn.given.length != 0) (, plain.fixedWeights) = fixedWeightsOf(drawn);
        plain.contributorBps = drawn.tune.shares.contributorBps;
        plain.operatorBps = drawn.tune.shares.operatorBps;
        // The base model of all asks for this.
        plain.royaltiesBps = new uint256[](1);
        plain.royaltiesBps[0] = 300;
        plain.baseBps = drawn.tune.pay.baseBps;
        plain.floorBps = drawn.tune.pay.floorBps;
        plain.feeUnitGwei = drawn.tune.pay.feeUnitGwei;
    }

    function payerName(uint256 i) internal pure returns (string memory) {
        return string(abi.encodePacked("payer", i));
    }

    function seedWith(uint256 seed) internal {
        _state = seed;
    }

    function random() internal returns (uint256) {
        _state = uint256(keccak256(abi.encode(_state)));
        return _state;
    }

    function random(uint256 below) internal returns (uint256) {
        return random() % below;
    }
}
