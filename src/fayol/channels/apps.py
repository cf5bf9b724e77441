from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "fayol.channels"
    label = "channels"
    verbose_name = "送达"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fayol.channels import sweeps
        from fayol.channels.contract import register_by_hand, register_channel
        from fayol.channels.dingtalk import DingTalkBotChannel, DingTalkChannel
        from fayol.channels.feishu import FeishuBotChannel, FeishuChannel
        from fayol.channels.mail import MailChannel
        from fayol.channels.paper import Paper
        from fayol.channels.sms import SmsChannel
        from fayol.channels.webhook import WebhookChannel
        from fayol.channels.wecom import WeComBotChannel, WeComChannel

        register_channel(MailChannel())
        register_channel(WeComChannel())
        register_channel(WeComBotChannel())
        register_channel(DingTalkChannel())
        register_channel(DingTalkBotChannel())
        register_channel(FeishuChannel())
        register_channel(FeishuBotChannel())
        register_channel(WebhookChannel())
        register_channel(SmsChannel())
        register_by_hand(Paper())
        sweeps.register()
