from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notices", "0004_receipt_leaves")]
    operations = [migrations.RemoveField(model_name="receipt", name="rechecked_at")]
