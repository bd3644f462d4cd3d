// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Channel, ChannelKey} from "../../contracts/interfaces/IChannels.sol";
import {FineTune, UnitPage, UnitPlan} from "../../contracts/interfaces/IFineTunes.sol";
import {AccountId, BondId, BookId, bondOf, bookOf} from "../../contracts/types/Ids.sol";
import {CourtMarket} from "../contracts/harness/CourtMarket.sol";
import {PlainModel} from "../contracts/harness/PlainBooks.sol";
import {PlainUnits} from "../contracts/harness/PlainUnits.sol";

/// @notice The stage of a game: the market with two operators of one model, whose last unit two contributors share; payers with channels at
/// both, and a walk-in caller.
abstract contract Game is CourtMarket {
    using PlainUnits for int256[];

    uint256 internal constant UNIT_COUNT = CONTRIBUTORS - 1;
    uint16 internal constant JOINT = uint16(CONTRIBUTORS - 2);
    uint32 internal constant FIRST_KEPT = 7;
    uint32 internal constant SECOND_KEPT = 9;
    uint256 internal constant WALKER_KEY = 0x3a1c;
    uint64 internal constant SMALL_BOND = 400 * OPEN;

    /// @dev Both operators, with their receipt keys by the same index.
    AccountId[2] internal operators;
    ChannelKey[] internal keys;
    /// @dev Who signs a channel's vouchers.
    mapping(bytes32 channel => uint256) internal signerOf;
    address internal walker = vm.addr(WALKER_KEY);
    /// @dev When a unit was struck, never where it is zero.
    uint40[UNIT_COUNT] internal struckAt;

    function setUp() public virtual override {
        super.setUp();
        operators[0] = operatorAccount;
        operators[1] = openAccount("rival");
        vm.prank(named("model owner"));
        models.setOperator(model, operators[1], true);
        vm.prank(named("rival"));
        court.setReceiptKey(vm.addr(receiptKey(1)));
        bondUp(bondOf(operators[1]), SMALL_BOND);
        token.transfer(walker, 1_000_000 * uint256(OPEN) * 1e9);
        for (uint256 i = 0; i < PAYERS; ++i) {
            enter(channelKey(i), keyOf(payerName(i)));
            ChannelKey memory key = ChannelKey(payers[i], operators[1], model, SALT);
            vm.prank(named(payerName(i)));
            channels.openChannel(operators[1], model, SALT, vm.addr(keyOf(payerName(i))), DEPOSIT);
            enter(key, keyOf(payerName(i)));
        }
    }

    function enter(ChannelKey memory key, uint256 signingKey) internal {
        keys.push(key);
        signerOf[idIn(key)] = signingKey;
    }

    function idIn(ChannelKey memory key) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(key.payer, key.operator, key.model, key.salt));
    }

    function receiptKey(uint256 which) internal pure returns (uint256) {
        return keyOf(which == 0 ? "receipts" : "rival receipts");
    }

    function holderOf(AccountId account) internal view returns (address) {
        return accounts.payoutOf(account);
    }

    /// @dev The last two contributors keep too few rows to be paid by themselves.
    function fineTune() internal view override returns (FineTune memory tune) {
        tune = super.fineTune();
        tune.plan = UnitPlan({
            count: uint16(UNIT_COUNT),
            minimumRows: 16,
            jointRows: FIRST_KEPT + SECOND_KEPT,
            maxPeak: maxPeak()
        });
    }

    function page() internal view override returns (UnitPage memory shown) {
        shown.contributions = contributions;
        shown.kept = new uint32[](CONTRIBUTORS);
        for (uint256 c = 0; c < CONTRIBUTORS; ++c) shown.kept[c] = ITEMS;
        (shown.kept[CONTRIBUTORS - 2], shown.kept[CONTRIBUTORS - 1]) = (FIRST_KEPT, SECOND_KEPT);
        for (uint256 u = 0; u < UNIT_COUNT; ++u) {
            uint32 rows = u == JOINT ? 2 * ITEMS : ITEMS;
            shown.units = abi.encodePacked(
                shown.units,
                keccak256(abi.encode("rows", u)),
                rows,
                peakOf(u),
                unitCodes(u).pack()
            );
        }
        PlainModel memory plain = plainModel();
        shown.total = PlainUnits.totalBytes(PlainUnits.weightedSum(plain.scales, plain.codes));
    }

    function maxPeak() internal view override returns (uint32) {
        return peakOf(UNIT_COUNT - 1);
    }

    function plainModel() internal view virtual override returns (PlainModel memory plain) {
        plain = super.plainModel();
        uint256 count = UNIT_COUNT;
        int256[][] memory codes = plain.codes;
        uint256[] memory scales = plain.scales;
        uint256[] memory kept = plain.kept;
        bool[] memory isStruck = plain.isStruck;
        assembly ("memory-safe") {
            mstore(codes, count)
            mstore(scales, count)
            mstore(kept, count)
            mstore(isStruck, count)
        }
        kept[JOINT] = FIRST_KEPT + SECOND_KEPT;
        (, plain.fixedWeights) = PlainUnits.fixedWeights(scales, codes);
    }

    /// @dev The model as a book sees it whose window ends then.
    function plainModelUntil(uint40 until) internal view returns (PlainModel memory plain) {
        plain = plainModel();
        for (uint256 u = 0; u < UNIT_COUNT; ++u) plain.isStruck[u] = struckAt[u] != 0 && struckAt[u] < until;
    }

    /// @dev All books that were ever opened.
    function allBooks() internal view returns (BookId[] memory list) {
        uint32 first = ledger.bookCountOf(model, operators[0]);
        list = new BookId[](first + ledger.bookCountOf(model, operators[1]));
        for (uint32 i = 0; i < list.length; ++i) {
            list[i] = i < first ? bookOf(model, operators[0], i + 1) : bookOf(model, operators[1], i + 1 - first);
        }
    }

    function allBonds() internal view returns (BondId[4] memory) {
        return [bondOf(operators[0]), bondOf(operators[1]), bondOf(challengerAccount), bondOf(model)];
    }

    function leftIn(ChannelKey memory key) internal view returns (uint256) {
        Channel memory channel = channels.channelOf(key);
        return channel.depositGwei - channel.withdrawnGwei - uint256(channel.chargedUnits) * FEE_UNIT;
    }
}
