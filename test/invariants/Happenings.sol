// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBonds} from "../../contracts/interfaces/IBonds.sol";
import {IChannels} from "../../contracts/interfaces/IChannels.sol";
import {ICourt} from "../../contracts/interfaces/ICourt.sol";
import {IEarnings} from "../../contracts/interfaces/IEarnings.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {IModels} from "../../contracts/interfaces/IModels.sol";
import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";

uint256 constant EVENTS = 36;

/// @notice What happens in games.
library Happenings {
    function all() internal pure returns (bytes32[EVENTS] memory) {
        return
            [
                IChannels.ChannelOpened.selector,
                IChannels.ChannelFunded.selector,
                IChannels.VoucherPresented.selector,
                IChannels.SignerProposed.selector,
                IChannels.SignerChanged.selector,
                IChannels.WithdrawalRequested.selector,
                IChannels.ChannelWithdrawn.selector,
                IChannels.WalkInCovered.selector,
                ILedger.BookOpened.selector,
                ILedger.BookClosing.selector,
                ILedger.BatchRecorded.selector,
                ILedger.RecordVoided.selector,
                ILedger.FeeReturned.selector,
                ILedger.GivenToBook.selector,
                ILedger.BookReleased.selector,
                ISettlement.BatchesSummed.selector,
                ISettlement.UnitsWeighed.selector,
                ISettlement.UnitsPaid.selector,
                ISettlement.BookSettled.selector,
                IBonds.BondDeposited.selector,
                IBonds.BondWithdrawn.selector,
                IBonds.BondHeld.selector,
                IBonds.BondReleased.selector,
                IBonds.BondSlashed.selector,
                IBonds.SlashedBurnt.selector,
                IEarnings.RewardClaimed.selector,
                IEarnings.RewardsClaimed.selector,
                IEarnings.JointDrawn.selector,
                ICourt.ReceiptBroken.selector,
                ICourt.ReceiptDemanded.selector,
                ICourt.RecordShown.selector,
                ICourt.ReceiptUnrecorded.selector,
                ICourt.RecordAppealed.selector,
                ICourt.AppealRuled.selector,
                ICourt.AppealLapsed.selector,
                IModels.UnitStruck.selector
            ];
    }
}
