// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Receipt} from "../../contracts/interfaces/ICourt.sol";
import {Channel, ChannelKey} from "../../contracts/interfaces/IChannels.sol";
import {AccountId, BookId, bondOf, operatorOf} from "../../contracts/types/Ids.sol";
import {PlainBatch, PlainRecord} from "../contracts/harness/PlainBatch.sol";
import {PlainBook, PlainBooks, PlainModel, PlainPay} from "../contracts/harness/PlainBooks.sol";
import {Game} from "./Game.sol";

/// @notice One party under many names, and what it has. To the ring belong an operator, the owner of its model, two payers, a contributor (the
/// friend), a challenger, and anyone who votes for terms. Honest are the other contributors, the rival operator, one payer who checks every answer,
/// and the arbiter. Each batch holds one record.
abstract contract Ring is Game {
    uint256 internal constant HONEST = 2;
    uint256 internal constant FRIEND = 0;

    AccountId[] internal ring;
    /// @dev Of `recorded`: whether an honest payer asked for the call.
    bool[] internal isHonestCall;
    /// @dev What the ring would get of a book in which only honest calls stood, as they were promised.
    mapping(BookId book => uint256) internal honestGwei;
    uint256 internal allHonestGwei;
    uint256 internal startGwei;
    uint256 internal payerStartGwei;
    /// @dev What the honest payer was promised to be charged.
    uint256 internal payerOwesGwei;
    /// @dev The model, which never changes and takes long to work out, and the sketches of `sketchOf`.
    bytes private _plainModel;
    bytes[3] private _sketches;

    function setUp() public virtual override {
        super.setUp();
        bondUp(bondOf(operators[1]), BOND);
        bondUp(bondOf(payers[HONEST]), BOND);
        ring = [operators[0], modelOwner, payers[0], payers[1], contributors[FRIEND], challengerAccount];
        for (uint256 how = 0; how < 3; ++how) _sketches[how] = drawSketch(how);
        _plainModel = abi.encode(super.plainModel());
        startGwei = wealthGwei();
        payerStartGwei = payerGwei();
    }

    /// @notice All that the ring has, wherever it lies, if every book were settled as it stands.
    function wealthGwei() public view returns (uint256 total) {
        for (uint256 i = 0; i < ring.length; ++i) total += heldBy(ring[i]);
        for (uint256 i = 0; i < keys.length; ++i) {
            if (keys[i].payer == payers[0] || keys[i].payer == payers[1]) total += leftIn(keys[i]);
        }
        total += bonds.bondStateOf(bondOf(model)).balanceGwei;
        total += bonds.bondStateOf(bondOf(operators[0])).balanceGwei;
        total += bonds.bondStateOf(bondOf(challengerAccount)).balanceGwei;
        for (uint64 a = 1; a <= court.appealCount(); ++a) {
            AccountId payer = court.appealOf(a).payer;
            if (payer == payers[0] || payer == payers[1]) total += court.appealOf(a).feeGwei;
        }
        BookId[] memory list = allBooks();
        for (uint256 i = 0; i < list.length; ++i) {
            if (!ledger.bookStateOf(list[i]).isSettled) total += payOf(list[i], false);
        }
    }

    /// @notice The same of the honest payer, who also watches.
    function payerGwei() public view returns (uint256 total) {
        total = heldBy(payers[HONEST]) + bonds.bondStateOf(bondOf(payers[HONEST])).balanceGwei;
        for (uint256 i = 0; i < keys.length; ++i) {
            if (keys[i].payer == payers[HONEST]) total += leftIn(keys[i]);
        }
    }

    /// @dev At its address, and earned.
    function heldBy(AccountId account) private view returns (uint256) {
        (uint64 earned, uint64 claimed) = earnings.earningsOf(account);
        return token.balanceOf(holderOf(account)) / 1e9 + earned - claimed;
    }

    /// @dev What the ring gets of a book as it stands, or as it would with honest calls only.
    function payOf(BookId book_, bool isHonest) internal view returns (uint256) {
        PlainModel memory plain = isHonest ? plainModel() : plainModelUntil(ledger.windowEndOf(book_));
        PlainBook memory held = isHonest ? honestBook(book_) : plainBookOf(book_, plain);
        PlainPay memory pay = PlainBooks.payOf(plain, held);
        uint256 ofOperator = operatorOf(book_) == operators[0] ? pay.operatorGwei : 0;
        return pay.unitsGwei[FRIEND] + pay.ownerGwei + ofOperator;
    }

    /// @dev Records a call that is covered first, and counts it if it is honest.
    function recordCall(AccountId account, PlainRecord memory call, uint256 payer, bool isHonest) internal {
        ChannelKey memory key = keyAt(account, payer);
        coverMore(key, payer, call.units);
        call.channel = 0;
        recordAs(account, model, abi.encodePacked(key.payer, key.salt), "", PlainBatch.encode(call));
        isHonestCall.push(isHonest);
        if (!isHonest) return;
        BookId book_ = recorded[recorded.length - 1].header.book;
        allHonestGwei -= honestGwei[book_];
        honestGwei[book_] = payOf(book_, true);
        allHonestGwei += honestGwei[book_];
    }

    /// @dev Lets an operator charge a payer so many units more, which are paid in if they are not there.
    function coverMore(ChannelKey memory key, uint256 payer, uint256 units) internal {
        Channel memory channel = channels.channelOf(key);
        uint256 charged = channel.chargedUnits + units;
        if (charged > channel.limitUnits) {
            vm.prank(holderOf(key.payer));
            channels.fundChannel(key, uint64((charged - channel.limitUnits) * FEE_UNIT));
        }
        uint128 amountWei = uint128(charged * FEE_UNIT * 1e9);
        (bytes32 r, bytes32 vs) = compact(key, keyOf(payerName(payer)), amountWei);
        channels.present(key, amountWei, r, vs);
    }

    function keyAt(AccountId account, uint256 payer) internal view returns (ChannelKey memory) {
        return ChannelKey(payers[payer], account, model, SALT);
    }

    /// @dev What an operator signs for a call.
    function promised(
        AccountId account,
        PlainRecord memory call,
        uint256 payer,
        uint40 recordBy
    ) internal view returns (Receipt memory receipt) {
        bytes32 channel = idIn(keyAt(account, payer));
        bytes memory leaf = abi.encodePacked(channel, uint16(call.units), call.commitment, call.sketch);
        return Receipt({model: model, channel: channel, recordHash: keccak256(leaf), recordBy: recordBy});
    }

    function plainModel() internal view override returns (PlainModel memory) {
        return _plainModel.length == 0 ? super.plainModel() : abi.decode(_plainModel, (PlainModel));
    }

    /// @dev A query sketch that suits the friend best, that suits it and harms the others, that harms the others, or that of an honest call.
    function sketchOf(uint256 how, uint256 seed) internal view returns (bytes memory) {
        if (how % 4 != 3) return _sketches[how % 4];
        return abi.encodePacked(bytes8(keccak256(abi.encode("sketch", seed))));
    }

    function drawSketch(uint256 how) private view returns (bytes memory) {
        uint64 bits = 0;
        int256[] memory friend = unitCodes(FRIEND);
        for (uint256 d = 0; d < DIMS; ++d) {
            int256 others = 0;
            for (uint256 u = 1; u < UNIT_COUNT; ++u) others += unitCodes(u)[d];
            int256 wish = how == 2 ? -others : friend[d];
            if (how == 1) wish = 4 * friend[d] - others;
            bits = (bits << 1) | (wish >= 0 ? 1 : 0);
        }
        return abi.encodePacked(bits);
    }

    function honestBook(BookId book_) private view returns (PlainBook memory held) {
        held.positive = new uint256[](DIMS);
        held.treasuryBps = ledger.bookStateOf(book_).treasuryBps;
        uint256[] memory places = batchesOf(book_);
        for (uint256 b = 0; b < places.length; ++b) {
            if (!isHonestCall[places[b]]) continue;
            PlainRecord[] memory calls = plainRecords(recorded[places[b]]);
            held.units += calls[0].units;
            uint256[] memory sum = PlainBatch.sumOf(calls, new bool[](1), DIMS);
            for (uint256 d = 0; d < DIMS; ++d) held.positive[d] += sum[d];
        }
    }
}
